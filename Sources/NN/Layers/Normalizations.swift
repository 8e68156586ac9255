import Tensor

/// Batch norm of the last axis, for images `[N, H, W, C]`, volumes `[N, T, H, W, C]` and rows `[N, C]` alike.
///
/// In a recording it normalises by the batch and keeps running statistics; outside, or frozen, by those.
public struct BatchNorm: Layer {
  /// The scale `[C]`.
  public let weight: Parameter
  /// The shift `[C]`.
  public let bias: Parameter
  /// The running mean `[C]`.
  public let runningMean: Parameter
  /// The running unbiased variance `[C]`.
  public let runningVariance: Parameter
  /// How many batches the running statistics have seen, `int32`.
  public let batchCount: Parameter
  /// Added to the variance.
  public let epsilon: Double
  /// The weight of a new batch in the running statistics.
  public let momentum: Double
  let relu: Bool

  /// PyTorch's defaults. With `relu` the output goes through it in the same kernel.
  public init(_ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, relu: Bool = false) {
    weight = Parameter(Tensor(ones: [channels]))
    bias = Parameter(Tensor(zeros: [channels]))
    runningMean = Parameter(Tensor(zeros: [channels]), role: .buffer, name: "running_mean")
    runningVariance = Parameter(Tensor(ones: [channels]), role: .buffer, name: "running_var")
    batchCount = Parameter(Tensor(0, dtype: .int32), role: .buffer, name: "num_batches_tracked")
    (self.epsilon, self.momentum, self.relu) = (epsilon, momentum, relu)
  }

  /// Whether it takes the running statistics.
  var isEvaluating: Bool { !Tensor.isRecording || weight.isFrozen }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if isEvaluating {
      return x.batchNorm(
        weight: weight.value, bias: bias.value, mean: runningMean.value, variance: runningVariance.value,
        epsilon: epsilon, relu: relu)
    }
    let (y, mean, variance) = x.batchNorm(
      weight: weight.value, bias: bias.value, epsilon: epsilon, relu: relu)
    if Tensor.isRecomputing { return y }
    let count = Double(x.elementCount / x.shape[-1])
    let unbiased = variance * (count / max(count - 1, 1))
    runningMean.update { $0 = $0 * (1 - momentum) + mean * momentum }
    runningVariance.update { $0 = $0 * (1 - momentum) + unbiased * momentum }
    batchCount.update { $0 = $0 + 1 }
    return y
  }
}

/// Group norm: each sample's channels (the last axis) in groups, normalised over the group and all positions.
public struct GroupNorm: Layer {
  /// The scale `[C]`.
  public let weight: Parameter
  /// The shift `[C]`.
  public let bias: Parameter
  /// How many groups.
  public let groups: Int
  /// Added to the variance.
  public let epsilon: Double

  /// PyTorch's defaults.
  public init(groups: Int, _ channels: Int, epsilon: Double = 1e-5) {
    weight = Parameter(Tensor(ones: [channels]))
    bias = Parameter(Tensor(zeros: [channels]))
    (self.groups, self.epsilon) = (groups, epsilon)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.groupNorm(groups: groups, weight: weight.value, bias: bias.value, epsilon: epsilon)
  }
}

/// Layer norm: normalised over the last axis.
public struct LayerNorm: Layer {
  /// The scale `[C]`.
  public let weight: Parameter
  /// The shift `[C]`.
  public let bias: Parameter
  /// Added to the variance.
  public let epsilon: Double

  /// PyTorch's defaults.
  public init(_ channels: Int, epsilon: Double = 1e-5) {
    weight = Parameter(Tensor(ones: [channels]))
    bias = Parameter(Tensor(zeros: [channels]))
    self.epsilon = epsilon
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNorm(weight: weight.value, bias: bias.value, epsilon: epsilon)
  }
}

/// Root mean square norm (Zhang & Sennrich 2019): divided by the root of the mean square over the last axis.
public struct RMSNorm: Layer {
  /// The scale `[C]`.
  public let weight: Parameter
  /// Added to the mean square.
  public let epsilon: Double

  /// A scale of 1. PyTorch's `epsilon`, unless given, is that of the element type, 1.2e-7.
  public init(_ channels: Int, epsilon: Double = 1e-5) {
    weight = Parameter(Tensor(ones: [channels]))
    self.epsilon = epsilon
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.rmsNorm(weight: weight.value, epsilon: epsilon) }
}
