import CKernels

/// The threads that kernels use.
public enum Threads {
  /// How many; from `OMP_NUM_THREADS`, otherwise the number of CPUs. At least one, and eight for each CPU at most.
  public static var count: Int {
    get { Int(ck_thread_count()) }
    set { ck_set_thread_count(Int32(clamping: newValue)) }
  }

  /// Keeps the kernels that a block runs to its own thread: for one that works beside the training thread, a data
  /// loader's, which would otherwise take the pool from it.
  public static func serially<Result>(_ block: () throws -> Result) rethrows -> Result {
    let wasSerial = ck_set_thread_serial(true)
    defer { _ = ck_set_thread_serial(wasSerial) }
    return try block()
  }
}
