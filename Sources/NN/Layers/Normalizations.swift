import Tensor

/// Batch norm of the last axis, for images `[N, H, W, C]`, volumes `[N, T, H, W, C]` and rows `[N, C]` alike.
///
/// In training, which is a recording outside of `evaluating`, it normalises by the batch and keeps running statistics; in
/// evaluation, or where it doesn't track them, it normalises by those. Of several processes that train together each
/// normalises by its own batch, unless in `synchronizingNorms`.
public struct BatchNorm: Layer, CustomReflectable {
  /// The scale `[C]`.
  public let weight: Parameter
  /// The shift `[C]`.
  public let bias: Parameter
  /// Added to the variance.
  public let epsilon: Double
  let statistics: RunningStatistics
  let relu: Bool

  /// PyTorch's defaults. With `relu` the output goes through it in the same kernel.
  public init(_ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, relu: Bool = false) {
    weight = Parameter(Tensor(ones: [channels]))
    bias = Parameter(Tensor(zeros: [channels]))
    statistics = RunningStatistics(channels, momentum: momentum)
    (self.epsilon, self.relu) = (epsilon, relu)
  }

  /// The running mean `[C]`.
  public var runningMean: Parameter { statistics.mean }
  /// The running unbiased variance `[C]`.
  public var runningVariance: Parameter { statistics.variance }
  /// How many batches the running statistics have seen, `int32`.
  public var batchCount: Parameter { statistics.count }
  /// The weight of a new batch in the running statistics.
  public var momentum: Double { statistics.momentum }

  /// Whether training normalises by the batch and takes it into the running statistics. Otherwise these stay and are what it
  /// normalises by, while scale and shift train on. `Module.freezeStatistics()` sets it for all norms of a module.
  public var tracksStatistics: Bool {
    get { statistics.areTracked }
    nonmutating set { statistics.areTracked = newValue }
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if statistics.areTaken {
      return x.batchNorm(
        weight: weight.value, bias: bias.value, mean: runningMean.value, variance: runningVariance.value,
        epsilon: epsilon, relu: relu)
    }
    if let processes = NormSynchronization.current {
      let (y, mean, variance, count) = x.batchNorm(
        weight: weight.value, bias: bias.value, epsilon: epsilon, relu: relu, summing: processes.sum)
      if !Tensor.isRecomputing { statistics.take(mean: mean, variance: variance, of: count) }
      return y
    }
    let (y, mean, variance) = x.batchNorm(
      weight: weight.value, bias: bias.value, epsilon: epsilon, relu: relu)
    if !Tensor.isRecomputing {
      statistics.take(mean: mean, variance: variance, of: x.elementCount / x.shape[-1])
    }
    return y
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror {
    Mirror(self, children: ["weight": weight, "bias": bias, "": statistics])
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
