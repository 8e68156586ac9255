/// The way back from an operator's output to one of its inputs: given the gradient of the output, the
/// closure returns the gradient of the input, of the input's shape.
public struct Edge {
  let slot: Int
  let pullback: (Tensor) -> Tensor
}

// Defining an operator: compute the value with plain kernels or with other operators on detached inputs, then
// say how gradients flow back.
//
//   func scaled(_ x: Tensor, by factor: Double) -> Tensor {
//     (x.detached() * factor).recorded(x.edge { dy in dy * factor })
//   }
extension Tensor {
  /// Whether this thread is inside a recording.
  public static var isRecording: Bool { Tape.current != nil }

  /// Whether this thread is recording and a gradient of this tensor may be asked for.
  public var isRecorded: Bool { slot != nil }

  private var slot: Int? {
    guard position.tape != 0, let tape = Tape.current else { return nil }
    return tape.slot(of: self)
  }

  /// The edge to this input of an operator, or nil where nobody differentiates it: then the closure, and
  /// what it holds, is dropped at once.
  public func edge(_ pullback: @escaping (Tensor) -> Tensor) -> Edge? {
    slot.map { Edge(slot: $0, pullback: pullback) }
  }

  /// This value as the output of an operator with the given edges to its inputs.
  public func recorded(_ edges: Edge?...) -> Tensor {
    let known = edges.compactMap { $0 }
    guard !known.isEmpty, let tape = Tape.current else { return detached() }
    return tape.append(self, known)
  }

  /// This value as the output of an operator whose input gradients share work. The closure gets the
  /// output's gradient and, per input, whether its gradient is wanted, and returns one gradient per input
  /// (nil where not wanted).
  public func recorded(
    jointly inputs: [Tensor?], _ pullback: @escaping (Tensor, [Bool]) -> [Tensor?]
  ) -> Tensor {
    Tensor.recorded([self], jointly: inputs) { gradients, wanted in pullback(gradients[0]!, wanted) }[0]
  }

  /// These values as the outputs of one operator. The closure gets the outputs' gradients (nil where none
  /// arrived, never all nil) and, per input, whether its gradient is wanted, and returns one gradient per
  /// input.
  public static func recorded(
    _ outputs: [Tensor], jointly inputs: [Tensor?], _ pullback: @escaping ([Tensor?], [Bool]) -> [Tensor?]
  ) -> [Tensor] {
    guard let tape = Tape.current else { return outputs.map { $0.detached() } }
    let slots = inputs.map { input in input.flatMap { tape.slot(of: $0) } }
    let inputs = slots.map { $0 == TapePosition.outside ? nil : $0 }
    let wanted = inputs.map { $0 != nil }
    guard wanted.contains(true) else {
      return slots.contains(TapePosition.outside) ? outputs.map(tape.outside) : outputs.map { $0.detached() }
    }
    return tape.append(outputs, .joint(inputs: inputs) { pullback($0, wanted) })
  }

  /// Inside a recording, this value as that of `owner`, whose gradient `Gradients` then tells; outside, the
  /// value as it is.
  public func leaf(of owner: any AnyObject & Sendable) -> Tensor {
    guard let tape = Tape.current else { return self }
    return tape.leaf(of: owner, self)
  }
}
