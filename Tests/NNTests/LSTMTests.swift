import NN
import Tensor
import TestSupport
import Testing

/// All steps of an LSTM in one operator.
@Suite struct LSTMTests {
  /// Blocks of rows and of columns, whole and begun.
  @Test(arguments: [DType.float32, .float64], [(1, 3, 8), (8, 4, 70)])
  func isAsManySteps(_ dtype: DType, _ sizes: (batch: Int, steps: Int, hidden: Int)) {
    let (batch, steps, hidden) = sizes
    let lstm = LSTM(5, hidden).to(dtype), cell = LSTMCell(5, hidden).to(dtype)
    for (whole, part) in zip(lstm.parameters, cell.parameters) { part.value = whole.value }
    let x = Tensor(normal: [batch, steps, 5], dtype: dtype, seed: 1)
    let start = LSTMState(
      hidden: Tensor(normal: [batch, hidden], dtype: dtype, seed: 2),
      cell: Tensor(normal: [batch, hidden], dtype: dtype, seed: 3))
    let weights = (0..<3).map {
      Tensor(normal: [batch, $0 == 0 ? steps : 1, hidden], dtype: dtype, seed: UInt64(4 + $0))
    }
    func results(_ module: any Module, _ run: (Tensor, LSTMState) -> (Tensor, LSTMState)) -> [Tensor] {
      var found: [Tensor] = []
      let slopes = gradient(at: [x, start.hidden, start.cell]) { at in
        let (y, last) = run(at[0], LSTMState(hidden: at[1], cell: at[2]))
        found = [y.detached(), last.hidden.detached(), last.cell.detached()]
        let ends = [last.hidden, last.cell].map { $0.expandingAxis(1) }
        return (y * weights[0]).sum() + (ends[0] * weights[1]).sum() + (ends[1] * weights[2]).sum()
      }
      let (_, own) = valueWithGradient { (run(x, start).0 * weights[0]).sum() }
      return found + slopes + module.parameters.map { own[$0]! }
    }
    let whole = results(lstm) { x, state in
      let (y, states) = lstm(x, from: [state])
      return (y, states[0])
    }
    let parts = results(cell) { x, state in
      var state = state
      let outputs = x.split(size: 1, axis: 1).map {
        state = cell($0.squeezed(axis: 1), after: state)
        return state.hidden
      }
      return (.stack(outputs, axis: 1), state)
    }
    for (index, (a, b)) in zip(whole, parts).enumerated() {
      let error = distance(a, b) / max(1, b.abs().max().item)
      #expect(error < (dtype == .float32 ? 1e-5 : 1e-12), "\(index): off by \(error)")
    }
  }
}
