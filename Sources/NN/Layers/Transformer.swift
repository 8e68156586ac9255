import Tensor

/// A block of a transformer's encoder, of sequences `[N, L, C]`: attention to itself, then a map of each position, each
/// added to its input. As `torch.nn.TransformerEncoderLayer` with `batch_first`.
public struct TransformerEncoderLayer: Layer, CustomReflectable {
  /// Attention to itself.
  public let attention: MultiheadAttention
  /// The norms of attention and of the map of each position.
  public let norms: [LayerNorm]
  /// Whether the norms stand before each part (vision transformers) or behind its sum with the input (Vaswani et al. 2017).
  public let normFirst: Bool
  private let feedForward: FeedForward
  private let dropout: Dropout

  /// PyTorch's defaults. `hidden` is the width between the two maps of each position.
  public init(
    _ channels: Int, heads: Int, hidden: Int = 2048, dropout: Double = 0.1, activation: any Layer = ReLU(),
    normFirst: Bool = false
  ) {
    attention = MultiheadAttention(channels, heads: heads, dropout: dropout)
    feedForward = FeedForward(channels, hidden, dropout, activation)
    norms = [LayerNorm(channels), LayerNorm(channels)]
    (self.dropout, self.normFirst) = (Dropout(dropout), normFirst)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, mask: nil) }

  /// The output for an input, with a mask as that of `MultiheadAttention`.
  public func callAsFunction(_ x: Tensor, mask: Tensor?, causal: Bool = false) -> Tensor {
    let parts: [(Tensor) -> Tensor] = [
      { dropout(attention($0, keys: $0, values: $0, mask: mask, causal: causal)) },
      feedForward.callAsFunction,
    ]
    return residual(x, parts, norms, normFirst: normFirst)
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror {
    Mirror(self, children: ["self_attn": attention, "": feedForward, "norm1": norms[0], "norm2": norms[1]])
  }
}

/// A block of a transformer's decoder, of sequences `[N, L, C]` and a memory `[N, S, C]`: attention to itself, attention
/// to the memory, then a map of each position, each added to its input. As `torch.nn.TransformerDecoderLayer` with
/// `batch_first`.
public struct TransformerDecoderLayer: Module, CustomReflectable {
  /// Attention to itself.
  public let attention: MultiheadAttention
  /// Attention to the memory.
  public let memoryAttention: MultiheadAttention
  /// The norms of the two attentions and of the map of each position.
  public let norms: [LayerNorm]
  /// Whether the norms stand before each part, or behind its sum with the input.
  public let normFirst: Bool
  private let feedForward: FeedForward
  private let dropout: Dropout

  /// PyTorch's defaults. `hidden` is the width between the two maps of each position.
  public init(
    _ channels: Int, heads: Int, hidden: Int = 2048, dropout: Double = 0.1, activation: any Layer = ReLU(),
    normFirst: Bool = false
  ) {
    attention = MultiheadAttention(channels, heads: heads, dropout: dropout)
    memoryAttention = MultiheadAttention(channels, heads: heads, dropout: dropout)
    feedForward = FeedForward(channels, hidden, dropout, activation)
    norms = (0..<3).map { _ in LayerNorm(channels) }
    (self.dropout, self.normFirst) = (Dropout(dropout), normFirst)
  }

  /// The output for an input and a memory, with masks as that of `MultiheadAttention`; `causal` is about the input's
  /// attention to itself.
  public func callAsFunction(
    _ x: Tensor, memory: Tensor, mask: Tensor? = nil, causal: Bool = false, memoryMask: Tensor? = nil
  ) -> Tensor {
    let parts: [(Tensor) -> Tensor] = [
      { dropout(attention($0, keys: $0, values: $0, mask: mask, causal: causal)) },
      { dropout(memoryAttention($0, keys: memory, values: memory, mask: memoryMask)) },
      feedForward.callAsFunction,
    ]
    return residual(x, parts, norms, normFirst: normFirst)
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "self_attn": attention, "multihead_attn": memoryAttention, "": feedForward, "norm1": norms[0],
        "norm2": norms[1], "norm3": norms[2],
      ])
  }
}

/// Each part added to its input, normalised before the part or behind the sum.
private func residual(
  _ x: Tensor, _ parts: [(Tensor) -> Tensor], _ norms: [LayerNorm], normFirst: Bool
) -> Tensor {
  zip(parts, norms).reduce(x) { x, step in
    let (part, norm) = step
    return normFirst ? x + part(norm(x)) : norm(x + part(x))
  }
}

/// The map of each position.
private struct FeedForward: Module {
  let linear1: Linear, linear2: Linear
  let activation: any Layer
  let dropout: Dropout

  init(_ channels: Int, _ hidden: Int, _ dropout: Double, _ activation: any Layer) {
    (linear1, linear2) = (Linear(channels, hidden), Linear(hidden, channels))
    (self.activation, self.dropout) = (activation, Dropout(dropout))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    dropout(linear2(dropout(activation(linear1(x)))))
  }
}
