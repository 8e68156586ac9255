import Tensor

/// In a recording, drops each value with probability `rate` and enlarges the rest, so that the mean stays; outside,
/// changes nothing.
public struct Dropout: Layer {
  /// The probability to drop a value.
  public let rate: Double

  /// Drops half of the values unless told otherwise.
  public init(_ rate: Double = 0.5) {
    precondition(rate >= 0 && rate < 1, "a dropout rate lies in [0, 1): \(rate)")
    self.rate = rate
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard Tensor.isRecording && rate > 0 else { return x }
    return x * (Tensor(bernoulli: x.shape, probability: 1 - rate, dtype: x.dtype) / (1 - rate))
  }
}
