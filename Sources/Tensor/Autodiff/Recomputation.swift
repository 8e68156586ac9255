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
  let scout = Tape(.scouting, of: "recomputed", inside: tape)
  let outputs = Tape.with(scout, block)
  let slots = outputs.map(scout.slot)
  let inputs = scout.borrowed.map(\.outer).filter { $0 != TapePosition.outside }
  let streams = scout.randomStreams
  let isEvaluating = ck_this_thread().pointee.is_evaluating
  scout.end()

  let recorded = tape.append(
    outputs.map { $0.detached() },
    .joint(inputs: inputs) { [unowned tape] gradients in
      let replay = Tape(.recomputing, of: "recomputed", inside: tape)
      replay.randomStreams = streams.reversed()
      let results = withMode(evaluating: isEvaluating) { Tape.with(replay, block) }
      let seeds = zip(results, gradients).compactMap { result, gradient in
        gradient.flatMap { gradient in
          replay.differentiableSlot(of: result).map { (slot: $0, seed: gradient) }
        }
      }
      let entered = Dictionary(uniqueKeysWithValues: replay.borrowed.map { ($0.outer, $0.inner) })
      let found = replay.backward(from: seeds, wanted: Set(inputs.compactMap { entered[$0] }))
      return inputs.map { input in entered[input].flatMap { found[$0] } }
    })
  return slots.indices.map { index in
    switch slots[index] {
    case nil: outputs[index].detached()
    case TapePosition.outside?: tape.outside(outputs[index])
    default: recorded[index]
    }
  }
}

extension Tensor {
  /// Whether this thread runs the block of a `recomputed` for the second time: a layer that keeps state
  /// (running statistics, say) leaves it alone then.
  public static var isRecomputing: Bool { Tape.current?.isRecomputing ?? false }
}
