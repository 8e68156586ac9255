import CKernels

/// The value of a block whose inner values are not kept for the way back, but computed again there: memory
/// for time (Chen et al. 2016, Training deep nets with sublinear memory cost).
///
/// ```swift
/// let (loss, gradients) = valueWithGradient {
///   var x = images
///   for stage in stages { x = recomputed { [x] in stage(x) } }
///   return x.mean()
/// }
/// ```
///
/// Gradients flow to every tensor and parameter that the block reads. The second run draws the same random
/// numbers as the first, evaluates where the first did, and batch norms gather no statistics in it; what else the block
/// does to the world, it does twice. Outside a recording the block just runs.
public func recomputed(_ block: @escaping () -> Tensor) -> Tensor {
  recomputed { [block()] }[0]
}

/// As `recomputed(_:)`, for a block of several results.
public func recomputed(_ block: @escaping () -> [Tensor]) -> [Tensor] {
  guard let tape = Tape.current else { return block() }
  let scout = Tape(.scouting, inside: tape)
  let outputs = Tape.with(scout, block)
  let dependent = outputs.map { scout.slot(of: $0) != nil }
  scout.endBlock()
  let again = RecomputedBlock(
    run: block, randomStreams: scout.randomStreams, isEvaluating: ck_this_thread().pointee.is_evaluating)
  let recorded = tape.append(
    outputs.map { $0.detached() }, .recomputed(inputs: scout.borrowed, again), of: "recomputed")
  return outputs.indices.map { dependent[$0] ? recorded[$0] : outputs[$0].detached() }
}

extension Tensor {
  /// Whether this thread runs the block of a `recomputed` for the second time: a layer that keeps state
  /// (running statistics, say) leaves it alone then.
  public static var isRecomputing: Bool { Tape.current?.isRecomputing ?? false }
}
