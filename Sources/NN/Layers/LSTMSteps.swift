import CKernels
import Tensor

/// The steps of an LSTM as one kernel takes them, and their gradients.
struct LSTMSteps {
  /// `[N, T, H]`.
  let outputs: Tensor
  /// `[N, H]`.
  var lastCell: Tensor { lastStep(of: cells) }
  /// The cells after all steps `[N, T, H]`, and the gates after their activations `[N, T, 4·H]`.
  private let cells: Tensor, gates: Tensor

  init(_ x: Tensor, _ weight: Tensor?, from state: LSTMState) {
    let shape = Shape([x.shape[0], x.shape[1], x.shape[2] / 4])
    outputs = Tensor(uninitialized: shape, x.dtype)
    cells = Tensor(uninitialized: shape, x.dtype)
    gates = Tensor(uninitialized: x.shape, x.dtype)
    var sizes = ck_lstm_sizes(shape)
    Kernel.run("an LSTM", on: x.dtype) {
      ck_lstm(
        $0, &sizes, x.elements, weight?.elements, state.hidden.elements, state.cell.elements,
        gates.mutableElements, outputs.mutableElements, cells.mutableElements)
    }
  }

  /// Those of x, the weight, and the first state, by those of the outputs and the last cell.
  func gradients(_ dy: Tensor?, _ dlast: Tensor?, _ weight: Tensor?, from state: LSTMState, wantsWeight: Bool)
    -> [Tensor?]
  {
    let dy = dy ?? Tensor(zeros: outputs.shape, dtype: outputs.dtype)
    let dx = Tensor(uninitialized: gates.shape, gates.dtype)
    let dhidden = weight.map { _ in Tensor(uninitialized: state.hidden.shape, gates.dtype) }
    var dcell = dlast?.detached() ?? Tensor(zeros: state.cell.shape, dtype: gates.dtype)
    dcell.makeUnique()
    var sizes = ck_lstm_sizes(outputs.shape)
    Kernel.run("an LSTM", on: gates.dtype) {
      ck_lstm_gradient(
        $0, &sizes, weight?.elements, state.cell.elements, gates.elements, cells.elements, dy.elements,
        dx.mutableElements, dhidden?.mutableElements, dcell.mutableElements)
    }
    return [dx, wantsWeight ? weightGradient(dx, from: state.hidden) : nil, dhidden, dcell]
  }

  /// The sum over all steps of the gates' gradients times the outputs before.
  private func weightGradient(_ dx: Tensor, from first: Tensor) -> Tensor {
    let before = Tensor.concatenate(
      [first.detached().expandingAxis(1), outputs[0..., ..<(outputs.shape[1] - 1)]], axis: 1)
    return dx.reshape(-1, dx.shape[2]).matmul(before.reshape(-1, before.shape[2]), transposed: true)
  }
}

extension ck_lstm_sizes {
  fileprivate init(_ outputs: Shape) {
    self.init(batch: Int64(outputs[0]), steps: Int64(outputs[1]), hidden: Int64(outputs[2]))
  }
}

/// Of `[N, T, …]`.
func lastStep(of x: Tensor) -> Tensor { x[0..., -1] }
