import Tensor

/// Long short-term memory (Hochreiter & Schmidhuber 1997, with forget gates), in layers one on the other: sequences
/// `[N, T, C]` → `[N, T, H]`. As `torch.nn.LSTM` with `batch_first`.
public struct LSTM: Layer, CustomReflectable {
  /// The number of outputs of a direction, H.
  public let hidden: Int
  private let stack: RecurrentStack

  /// Initialised as PyTorch does. Bidirectional, every layer also runs from the end, and `[N, T, 2·H]` are the outputs.
  /// Training drops values of all layers' outputs but the last one's, at the rate `dropout`. With `peepholes`, which PyTorch's has not, the gates see the cell (Gers et al. 2002): `peepholes_l0` `[3, H]` holds
  /// those of the input, the forget and the output gate.
  public init(
    _ inputs: Int, _ hidden: Int, layers: Int = 1, bidirectional: Bool = false, dropout: Double = 0,
    peepholes: Bool = false
  ) {
    self.hidden = hidden
    stack = RecurrentStack(layers, bidirectional, dropout, inputs, hidden) {
      RecurrentMaps(gates: 4, $0, hidden, peepholes: peepholes, suffix: $1)
    }
  }

  /// The outputs at all steps, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// As above, of sequences that end before T: see `callAsFunction(_:lengths:from:)`.
  public func callAsFunction(_ x: Tensor, lengths: [Int]) -> Tensor {
    self(x, lengths: lengths, from: nil).outputs
  }

  /// The outputs at all steps, and each layer's last state `[N, H]`, or both its directions', the way forth first: what the
  /// next part of the sequence starts from.
  ///
  /// Of sequences with `lengths`, each at most T, the last state is that at a sequence's own end, where the way back also
  /// begins; outputs behind it are 0, and what stands there in `x` doesn't matter. As PyTorch's `pack_padded_sequence`
  /// and `pad_packed_sequence`, in any order of lengths.
  public func callAsFunction(_ x: Tensor, lengths: [Int]? = nil, from states: [LSTMState]?) -> (
    outputs: Tensor, states: [LSTMState]
  ) {
    let zeros = Tensor(zeros: [x.shape[0], hidden], dtype: x.dtype)
    return stack.run(x, lengths: lengths, from: states, orFrom: LSTMState(hidden: zeros, cell: zeros)) {
      $0.run($1, from: $2, padding: $3)
    }
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror { Mirror(self, children: stack.maps.map { ("", $0) }) }
}

/// Gated recurrent units (Cho et al. 2014), in layers one on the other: sequences `[N, T, C]` → `[N, T, H]`. As
/// `torch.nn.GRU` with `batch_first`.
public struct GRU: Layer, CustomReflectable {
  /// The number of outputs of a direction, H.
  public let hidden: Int
  private let stack: RecurrentStack

  /// Initialised as PyTorch does. Bidirectional, every layer also runs from the end, and `[N, T, 2·H]` are the outputs.
  /// Training drops values of all layers' outputs but the last one's, at the rate `dropout`. The reset gate stands behind
  /// the map of the state, as PyTorch has it, or before, as in the paper (Keras's `reset_after`, ONNX's
  /// `linear_before_reset`).
  public init(
    _ inputs: Int, _ hidden: Int, layers: Int = 1, bidirectional: Bool = false, dropout: Double = 0,
    resetAfter: Bool = true
  ) {
    self.hidden = hidden
    stack = RecurrentStack(layers, bidirectional, dropout, inputs, hidden) {
      RecurrentMaps(gates: 3, $0, hidden, resetAfter: resetAfter, suffix: $1)
    }
  }

  /// The outputs at all steps, from a state of zeros on.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, from: nil).outputs }

  /// As above, of sequences that end before T: see `callAsFunction(_:lengths:from:)`.
  public func callAsFunction(_ x: Tensor, lengths: [Int]) -> Tensor {
    self(x, lengths: lengths, from: nil).outputs
  }

  /// The outputs at all steps, and each layer's last state `[N, H]`, or both its directions', the way forth first: what the
  /// next part of the sequence starts from. `lengths` as `LSTM` has them.
  public func callAsFunction(_ x: Tensor, lengths: [Int]? = nil, from states: [Tensor]?) -> (
    outputs: Tensor, states: [Tensor]
  ) {
    let zeros = Tensor(zeros: [x.shape[0], hidden], dtype: x.dtype)
    return stack.run(x, lengths: lengths, from: states, orFrom: zeros) { map, x, state, padding in
      unrolled(map.ofInput(x), from: state, padding: padding) { map.next($0, after: $1) }
    }
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror { Mirror(self, children: stack.maps.map { ("", $0) }) }
}
