import Tensor

/// Attention in several subspaces at once (Vaswani et al. 2017): queries `[N, L, C]`, keys and values `[N, S, C]` →
/// `[N, L, C]`. As `torch.nn.MultiheadAttention` with `batch_first`; one tensor alone attends to itself.
public struct MultiheadAttention: Layer, CustomReflectable {
  /// `[3·C, C]`: what maps queries, keys and values to all heads, one below the other.
  public let inputWeight: Parameter
  /// `[3·C]`.
  public let inputBias: Parameter
  /// What maps the heads' results, side by side, to the output.
  public let output: Linear
  /// How many subspaces.
  public let heads: Int
  /// The rate at which a recording drops attention weights.
  public let dropout: Double

  /// Initialised as PyTorch does.
  public init(_ channels: Int, heads: Int, dropout: Double = 0) {
    require(
      heads > 0 && channels % heads == 0, "MultiheadAttention: \(channels) channels in \(heads) heads")
    inputWeight = Parameter(Tensor(zeros: [3 * channels, channels]))
    inputWeight.initialize(.xavierUniform)
    inputBias = Parameter(Tensor(zeros: [3 * channels]))
    output = Linear(channels, channels)
    output.bias!.value = Tensor(zeros: [channels])
    (self.heads, self.dropout) = (heads, dropout)
  }

  /// The output for an input that is queries, keys and values.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, keys: x, values: x) }

  /// What the queries find. The mask stretches to `[N, heads, L, S]`: `bool`, true where a query may look at a key (the
  /// opposite of PyTorch's), or numbers added to the scores. With `causal` query i looks at the keys up to i.
  public func callAsFunction(
    _ queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor? = nil, causal: Bool = false
  ) -> Tensor {
    require(
      [queries, keys, values].allSatisfy { $0.rank == 3 },
      "MultiheadAttention: queries \(queries.shape), keys \(keys.shape), values \(values.shape) are not [N, L, C]"
    )
    let weights = inputWeight.value.split(into: 3)
    let biases = inputBias.value.split(into: 3)
    func byHead(_ x: Tensor, _ part: Int) -> Tensor {
      let y = affine(x, weights[part], biases[part])
      return y.reshape(x.shape[0], x.shape[1], heads, x.shape[2] / heads).swappingAxes(1, 2)
    }
    let found = Tensor.scaledDotProductAttention(
      byHead(queries, 0), keys: byHead(keys, 1), values: byHead(values, 2), mask: mask, causal: causal,
      dropout: dropout)
    return output(found.swappingAxes(1, 2).flattened(from: 2))
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror {
    Mirror(
      self, children: ["in_proj_weight": inputWeight, "in_proj_bias": inputBias, "out_proj": output])
  }
}
