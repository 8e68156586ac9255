import Tensor

/// One step of an LSTM, for loops of one's own: an input `[N, C]` and a state `[N, H]`. As `torch.nn.LSTMCell`.
public struct LSTMCell: Module, CustomReflectable {
  private let maps: RecurrentMaps

  /// Initialised as PyTorch does; `peepholes` as `LSTM` has them.
  public init(_ inputs: Int, _ hidden: Int, peepholes: Bool = false) {
    maps = RecurrentMaps(gates: 4, inputs, hidden, peepholes: peepholes, suffix: "")
  }

  /// The state that follows.
  public func callAsFunction(_ x: Tensor, after state: LSTMState) -> LSTMState {
    maps.next(maps.ofInput(x), after: state)
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror { Mirror(self, children: ["": maps]) }
}

/// One step of a GRU, for loops of one's own, as slot attention has (Locatello et al. 2020): an input `[N, C]` and a state
/// `[N, H]`. As `torch.nn.GRUCell`.
public struct GRUCell: Module, CustomReflectable {
  private let maps: RecurrentMaps

  /// Initialised as PyTorch does; `resetAfter` as `GRU` has it.
  public init(_ inputs: Int, _ hidden: Int, resetAfter: Bool = true) {
    maps = RecurrentMaps(gates: 3, inputs, hidden, resetAfter: resetAfter, suffix: "")
  }

  /// The state that follows.
  public func callAsFunction(_ x: Tensor, after state: Tensor) -> Tensor {
    maps.next(maps.ofInput(x), after: state)
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror { Mirror(self, children: ["": maps]) }
}
