import Tensor

/// A learned vector for each index: `int32` indices `[…]` in `0..<count` → `[…, C]`.
public struct Embedding: Layer {
  /// `[count, C]`.
  public let weight: Parameter

  /// Initialised as PyTorch does, normally distributed.
  public init(_ count: Int, _ channels: Int) {
    weight = Parameter(Tensor(normal: [count, channels]))
  }

  /// The vectors at indices.
  public func callAsFunction(_ indices: Tensor) -> Tensor { weight.value.gather(indices) }
}
