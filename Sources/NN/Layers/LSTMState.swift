import Tensor

/// What an LSTM hands from step to step.
public struct LSTMState: Sendable {
  /// The output of the last step.
  public var hidden: Tensor
  /// The cell's content, of the same shape.
  public var cell: Tensor

  /// A state to start from.
  public init(hidden: Tensor, cell: Tensor) { (self.hidden, self.cell) = (hidden, cell) }

  /// The state that follows by the input gate, forget gate, candidate and output gate, side by side along the last axis
  /// before their activations. By peepholes `[3, H]` the three gates see the cell, the last one the new cell.
  func next(_ gates: Tensor, peepholes: Tensor? = nil) -> LSTMState {
    if peepholes != nil { return nextByOperators(gates, peepholes: peepholes) }
    let units = cell.shape[-1], flat = cell.reshape(-1, units)
    let (outputs, last) = LSTMState(hidden: flat, cell: flat).run(
      gates.reshape(-1, 1, 4 * units), weight: nil)
    return LSTMState(hidden: outputs.reshape(cell.shape), cell: last.cell.reshape(cell.shape))
  }

  /// The outputs `[N, T, H]` and the last state from this one on, `[N, H]`: by what the input adds to the gates,
  /// `[N, T, 4·H]`, and the weight `[4·H, H]` of the output before, if there is one.
  func run(_ x: Tensor, weight: Tensor?) -> (outputs: Tensor, last: LSTMState) {
    if x.dtype == .bfloat16 {
      let (outputs, last) = to(.float32).run(x.to(.float32), weight: weight)
      return (outputs.to(.bfloat16), last.to(.bfloat16))
    }
    let weight = weight?.to(x.dtype)
    require(
      x.rank == 3 && cell.dtype == x.dtype && cell.shape == [x.shape[0], x.shape[2] / 4]
        && (weight == nil || (hidden.dtype == x.dtype && hidden.shape == cell.shape)),
      "an LSTM: gates \(x.shape) of \(x.dtype) after a state \(hidden.shape), \(cell.shape) of \(cell.dtype)")
    let steps = LSTMSteps(x, weight, from: self)
    let inputs = [x, weight, weight.map { _ in hidden }, cell]
    let results = Tensor.recorded([steps.outputs, steps.lastCell], jointly: inputs) { gradients, wanted in
      if Tensor.isAnyRecorded(x, weight, hidden, cell, gradients[0], gradients[1]) {
        return gradientsByOperators(inputs, gradients, wanted)
      }
      return steps.gradients(gradients[0], gradients[1], weight, from: self, wantsWeight: wanted[1])
    }
    return (results[0], LSTMState(hidden: lastStep(of: results[0]), cell: results[1]))
  }

  private func to(_ dtype: DType) -> LSTMState {
    LSTMState(hidden: hidden.to(dtype), cell: cell.to(dtype))
  }

  private func nextByOperators(_ gates: Tensor, peepholes: Tensor? = nil) -> LSTMState {
    let parts = gates.split(into: 4, axis: -1)
    func gate(_ part: Tensor, _ hole: Int, _ cell: Tensor) -> Tensor {
      (peepholes.map { part + $0[hole] * cell } ?? part).sigmoid()
    }
    let next = gate(parts[1], 1, cell) * cell + gate(parts[0], 0, cell) * parts[2].tanh()
    return LSTMState(hidden: gate(parts[3], 2, next) * next.tanh(), cell: next)
  }

  /// What the kernel computes, by other operators, so that its gradients have gradients.
  private func gradientsByOperators(_ inputs: [Tensor?], _ gradients: [Tensor?], _ wanted: [Bool])
    -> [Tensor?]
  {
    let (batch, units) = (cell.shape[0], cell.shape[1])
    let dy =
      gradients[0]?.reshape(batch, -1)
      ?? Tensor(zeros: [batch, inputs[0]!.shape[1] * units], dtype: cell.dtype)
    let dlast = gradients[1] ?? Tensor(zeros: cell.shape, dtype: cell.dtype)
    return Tensor.gradients(of: inputs, wanted: wanted, .concatenate([dy, dlast], axis: 1)) {
      let (x, weight, hidden, cell) = ($0[0]!, $0[1], $0[2], $0[3]!)
      let (outputs, last) = unrolled(x, from: LSTMState(hidden: hidden ?? cell, cell: cell)) { gates, state in
        let known = weight.map { gates + state.hidden.matmul($0, otherTransposed: true) } ?? gates
        return state.nextByOperators(known)
      }
      return .concatenate([outputs.reshape(batch, -1), last.cell], axis: 1)
    }
  }
}
