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
  public func callAsFunction(_ indices: Tensor) -> Tensor {
    let count = weight.shape[0]
    if let index = indices.index(outside: 0..<count, "Embedding") {
      fatalError("Embedding: index \(index) is not one of 0 ..< \(count)")
    }
    return weight.value.gather(indices)
  }
}
