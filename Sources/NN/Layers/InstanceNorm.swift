import Tensor

/// Instance norm: each sample and channel (the last axis) normalised over its positions, for images `[N, H, W, C]` and
/// volumes `[N, T, H, W, C]` alike.
///
/// With running statistics, it normalises by those in evaluation, or where it no longer tracks them.
public struct InstanceNorm: Layer, CustomReflectable {
  /// The scale `[C]`.
  public let weight: Parameter?
  /// The shift `[C]`.
  public let bias: Parameter?
  /// Added to the variance.
  public let epsilon: Double
  let statistics: RunningStatistics?

  /// PyTorch's defaults: neither scaled nor shifted, no running statistics.
  public init(
    _ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, affine: Bool = false,
    tracksStatistics: Bool = false
  ) {
    weight = affine ? Parameter(Tensor(ones: [channels])) : nil
    bias = affine ? Parameter(Tensor(zeros: [channels])) : nil
    statistics = tracksStatistics ? RunningStatistics(channels, momentum: momentum) : nil
    self.epsilon = epsilon
  }

  /// The running mean `[C]`.
  public var runningMean: Parameter? { statistics?.mean }
  /// The running unbiased variance `[C]`.
  public var runningVariance: Parameter? { statistics?.variance }
  /// How many batches the running statistics have seen, `int32`.
  public var batchCount: Parameter? { statistics?.count }

  /// Whether training takes each batch into running statistics, as for `BatchNorm`; without any, false.
  public var tracksStatistics: Bool {
    get { statistics?.areTracked ?? false }
    nonmutating set { statistics?.areTracked = newValue }
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if let statistics, statistics.areTaken {
      return x.batchNorm(
        weight: weight?.value, bias: bias?.value, mean: statistics.mean.value,
        variance: statistics.variance.value, epsilon: epsilon)
    }
    if let statistics, !Tensor.isRecomputing {
      // The statistics are the means of the samples' own.
      let positions = Array(1..<x.rank - 1), values = x.detached().to(statistics.mean.value.dtype)
      statistics.take(
        mean: values.mean(axis: positions).mean(axis: 0),
        variance: values.variance(axis: positions).mean(axis: 0),
        of: positions.reduce(1) { $0 * x.shape[$1] })
    }
    return x.instanceNorm(weight: weight?.value, bias: bias?.value, epsilon: epsilon)
  }

  /// The parameters under PyTorch's names.
  public var customMirror: Mirror {
    Mirror(self, children: ["weight": weight as Any, "bias": bias as Any, "": statistics as Any])
  }
}

/// Each sample scaled to a root mean square of `scale` over all its elements (PyTracking's `InstanceL2Norm`).
public struct InstanceL2Norm: Layer {
  /// The root mean square of the output.
  public let scale: Double
  /// Added to the sum of squares.
  public let epsilon: Double

  /// PyTracking's defaults.
  public init(scale: Double = 1, epsilon: Double = 1e-5) { (self.scale, self.epsilon) = (scale, epsilon) }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.instanceL2Norm(scale: scale, epsilon: epsilon) }
}
