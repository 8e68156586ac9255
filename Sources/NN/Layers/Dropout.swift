import Tensor

/// In training, drops each value with probability `rate` and enlarges the rest, so that the mean stays; in evaluation,
/// changes nothing.
public struct Dropout: Layer {
  /// The probability to drop a value.
  public let rate: Double
  /// What is dropped as a whole.
  public let unit: DropoutUnit

  /// Drops half of the values, each for itself, unless told otherwise. Of `.channels` it is PyTorch's `Dropout2d` and
  /// `Dropout3d`, of `.samples` the stochastic depth, or drop path, of residual branches.
  public init(_ rate: Double = 0.5, of unit: DropoutUnit = .elements) {
    require(rate >= 0 && rate <= 1, "a dropout rate lies in [0, 1]: \(rate)")
    (self.rate, self.unit) = (rate, unit)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.dropout(rate, of: unit) }
}
