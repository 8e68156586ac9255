/// What dropout drops as a whole, of `[N, …, C]`.
public enum DropoutUnit: Sendable, Hashable {
  /// Single elements (Srivastava et al. 2014).
  case elements
  /// A sample's channel, at all its positions (Tompson et al. 2015).
  case channels
  /// A sample: of the branch of a residual block this is stochastic depth (Huang et al. 2016).
  case samples
}

extension Tensor {
  /// In training (a recording, unless `evaluating`), zero with probability `rate`, drawn for each unit, and 1/(1 − rate)
  /// times the value otherwise, so that the mean stays; all zeros where the rate is 1. In evaluation, the tensor as it is.
  public func dropout(_ rate: Double, of unit: DropoutUnit = .elements) -> Tensor {
    require(rate >= 0 && rate <= 1, "dropout: the rate \(rate) does not lie in [0, 1]")
    guard Tensor.isTraining && rate > 0 else { return self }
    require(
      unit == .elements || rank >= 2, "dropout: shape \(shape) has no samples and channels")
    var units = shape
    if unit != .elements { for axis in 1..<rank - 1 { units[axis] = 1 } }
    if unit == .samples { units[-1] = 1 }
    if rate == 1 { return replacing(where: Tensor(ones: [], dtype: .bool), with: 0) }
    return self * (Tensor(bernoulli: units, probability: 1 - rate, dtype: dtype) / (1 - rate))
  }
}
