import CKernels

/// Runs a block in evaluation, inside a recording too: batch norms take their running statistics and leave them alone,
/// dropout passes everything, and gradients flow to parameters and inputs as ever.
///
/// ```swift
/// let saliency = evaluating { gradient(at: image) { network($0).max() } }
/// ```
///
/// Otherwise a recording is training, and everything outside of one evaluation. The scope is this thread's. A block that is
/// `recomputed` runs for the second time in the mode of the first.
public func evaluating<Result>(_ body: () throws -> Result) rethrows -> Result {
  try withMode(evaluating: true, body)
}

/// Runs a block in evaluation or not, whatever the scope around says.
func withMode<Result>(evaluating: Bool, _ body: () throws -> Result) rethrows -> Result {
  let thread = ck_this_thread()!
  let outer = thread.pointee.is_evaluating
  thread.pointee.is_evaluating = evaluating
  defer { thread.pointee.is_evaluating = outer }
  return try body()
}

extension Tensor {
  /// Whether layers train: inside a recording, unless `evaluating { … }` says otherwise.
  public static var isTraining: Bool { isRecording && !ck_this_thread().pointee.is_evaluating }
}
