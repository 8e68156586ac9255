// Defining an operator: compute the value with plain kernels or with other operators on detached inputs, then
// say how gradients flow back.
//
//   func scaled(_ x: Tensor, by factor: Double) -> Tensor {
//     (x.detached() * factor).recorded(x.edge { dy in dy * factor })
//   }
extension Tensor {
  /// Whether this thread is inside a recording. On the way back: whether that is recorded.
  public static var isRecording: Bool { Tape.current != nil }

  /// Whether this thread is recording and a gradient of this tensor may be asked for, by it or by a recording around.
  public var isRecorded: Bool { slot != nil }

  private var slot: Int? {
    guard position.tape != 0, let tape = Tape.current else { return nil }
    return tape.slot(of: self)
  }

  /// Whether this thread is recording and a gradient of one of some tensors may be asked for.
  package static func isAnyRecorded(_ tensors: Tensor?...) -> Bool {
    isRecording && tensors.contains { $0?.isRecorded ?? false }
  }

  /// The edge to this input of an operator, or nil where nobody differentiates it: then the closure, and
  /// what it holds, is dropped at once.
  public func edge(_ pullback: @escaping (Tensor) -> Tensor) -> Edge? {
    slot.map { Edge(slot: $0, pullback: pullback) }
  }

  /// This value as the output of an operator with the given edges to its inputs.
  ///
  /// Where the way back is recorded, for gradients of gradients, so are the operators in the edges' closures. A closure
  /// that uses the output takes it from `recorded(_:)` with a closure: elsewhere it is a constant.
  public func recorded(_ edges: Edge?..., function: StaticString = #function) -> Tensor {
    let known = edges.compactMap { $0 }
    guard !known.isEmpty, let tape = Tape.current else { return detached() }
    let placed = tape.add(self)
    tape.record(placed.position.slot..<placed.position.slot + 1, .edges(known), of: function)
    return placed
  }

  /// This value as the output of an operator whose edges use it: `y.recorded { y in [x.edge { dy in dy * y }] }`.
  public func recorded(function: StaticString = #function, _ edges: (_ output: Tensor) -> [Edge?]) -> Tensor {
    guard let tape = Tape.current else { return detached() }
    let placed = tape.add(self)
    let known = edges(placed).compactMap { $0 }
    if known.isEmpty { return detached() }
    tape.record(placed.position.slot..<placed.position.slot + 1, .edges(known), of: function)
    return placed
  }

  /// This value as the output of an operator whose input gradients share work. The closure gets the
  /// output's gradient and, per input, whether its gradient is wanted, and returns one gradient per input
  /// (nil where not wanted).
  public func recorded(
    jointly inputs: [Tensor?], function: StaticString = #function,
    _ pullback: @escaping (Tensor, [Bool]) -> [Tensor?]
  ) -> Tensor {
    // Of the output nothing is kept.
    Tensor.recorded([self], jointly: inputs, function: function) { gradients, wanted in
      pullback(gradients[0]!, wanted)
    }[0]
  }

  /// These values as the outputs of one operator. The closure gets the outputs' gradients (nil where none
  /// arrived, never all nil) and, per input, whether its gradient is wanted, and returns one gradient per
  /// input.
  public static func recorded(
    _ outputs: [Tensor], jointly inputs: [Tensor?], function: StaticString = #function,
    _ pullback: @escaping (_ gradients: [Tensor?], _ wanted: [Bool]) -> [Tensor?]
  ) -> [Tensor] {
    guard let (tape, slots) = joint(inputs) else { return outputs.map { $0.detached() } }
    return tape.append(outputs, .joint(inputs: slots, pullback), of: function)
  }

  /// These values as the outputs of one operator on whose way back they are used, as the closure gets them.
  public static func recorded(
    _ outputs: [Tensor], jointly inputs: [Tensor?], function: StaticString = #function,
    _ pullback: @escaping (_ outputs: [Tensor], _ gradients: [Tensor?], _ wanted: [Bool]) -> [Tensor?]
  ) -> [Tensor] {
    guard let (tape, slots) = joint(inputs) else { return outputs.map { $0.detached() } }
    let first = tape.values.count
    let placed = outputs.map(tape.add)
    tape.record(
      first..<tape.values.count, .joint(inputs: slots) { pullback(placed, $0, $1) }, of: function)
    return placed
  }

  private static func joint(_ inputs: [Tensor?]) -> (Tape, [Int?])? {
    guard let tape = Tape.current else { return nil }
    let slots = inputs.map { input in input.flatMap { tape.slot(of: $0) } }
    return slots.contains { $0 != nil } ? (tape, slots) : nil
  }

  /// A linear function of this tensor, told with its transpose: each is the other's gradient.
  ///
  /// ```swift
  /// x.linearly({ forward($0) }, transpose: { backward($0) })
  /// ```
  public func linearly(
    _ map: @escaping (Tensor) -> Tensor, transpose: @escaping (Tensor) -> Tensor,
    function: StaticString = #function
  ) -> Tensor {
    map(detached()).recorded(
      edge { dy in dy.linearly(transpose, transpose: map, function: function) }, function: function)
  }

  /// The gradients of a function of some tensors, which is recorded for that: where a way back is recorded, that of an
  /// operator whose gradient is a kernel's.
  package static func gradients(
    of inputs: [Tensor?], wanted: [Bool], _ dy: Tensor, through function: ([Tensor?]) -> Tensor
  ) -> [Tensor?] {
    let asked = inputs.indices.filter { wanted[$0] }
    let found = pullback(at: asked.map { inputs[$0]! }) { values in
      var arguments = inputs
      for (index, value) in zip(asked, values) { arguments[index] = value }
      return function(arguments)
    }.pullback(dy)
    var result = [Tensor?](repeating: nil, count: inputs.count)
    for (index, gradient) in zip(asked, found) { result[index] = gradient }
    return result
  }

  /// Inside a recording, this value as that of `owner`, whose gradient `Gradients` then tells; outside, the
  /// value as it is.
  public func leaf(of owner: any AnyObject & Sendable) -> Tensor {
    guard let tape = Tape.current else { return self }
    return tape.leaf(of: owner, self)
  }

  /// Notes that numbers leave the tape here, as they do where a kernel computes a gradient: how that depends on them is then
  /// known to nobody.
  package func noteReading() {
    guard position.tape != 0, let tape = Tape.current, tape.isOnTheWayBack, tape.slot(of: self) != nil else {
      return
    }
    tape.hasReadNumbers = true
  }
}
