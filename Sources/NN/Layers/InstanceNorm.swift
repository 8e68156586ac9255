import Tensor

/// Instance norm: each sample and channel (the last axis) normalised over its positions, for images `[N, H, W, C]` and
/// volumes `[N, T, H, W, C]` alike.
///
/// Where it tracks running statistics, it normalises by those outside a recording, or where frozen.
public struct InstanceNorm: Layer {
  /// The scale `[C]`.
  public let weight: Parameter?
  /// The shift `[C]`.
  public let bias: Parameter?
  /// The running mean `[C]`.
  public let runningMean: Parameter?
  /// The running unbiased variance `[C]`.
  public let runningVariance: Parameter?
  /// How many batches the running statistics have seen, `int32`.
  public let batchCount: Parameter?
  /// Added to the variance.
  public let epsilon: Double
  /// The weight of a new batch in the running statistics.
  public let momentum: Double

  /// PyTorch's defaults: neither scaled nor shifted, no running statistics.
  public init(
    _ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, affine: Bool = false,
    tracksStatistics: Bool = false
  ) {
    weight = affine ? Parameter(Tensor(ones: [channels])) : nil
    bias = affine ? Parameter(Tensor(zeros: [channels])) : nil
    func buffer(_ value: Tensor, _ name: String) -> Parameter? {
      tracksStatistics ? Parameter(value, role: .buffer, name: name) : nil
    }
    runningMean = buffer(Tensor(zeros: [channels]), "running_mean")
    runningVariance = buffer(Tensor(ones: [channels]), "running_var")
    batchCount = buffer(Tensor(0, dtype: .int32), "num_batches_tracked")
    (self.epsilon, self.momentum) = (epsilon, momentum)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard let runningMean, let runningVariance, let batchCount else {
      return x.instanceNorm(weight: weight?.value, bias: bias?.value, epsilon: epsilon)
    }
    guard Tensor.isRecording && weight?.isFrozen != true else {
      return x.batchNorm(
        weight: weight?.value, bias: bias?.value, mean: runningMean.value, variance: runningVariance.value,
        epsilon: epsilon)
    }
    // The statistics are the means of the samples' own.
    let positions = Array(1..<x.rank - 1), values = x.detached().to(runningMean.value.dtype)
    let mean = values.mean(axis: positions).mean(axis: 0)
    let count = positions.reduce(1) { $0 * x.shape[$1] }
    let variance =
      values.variance(axis: positions).mean(axis: 0) * (Double(count) / Double(max(count - 1, 1)))
    if !Tensor.isRecomputing {
      runningMean.update { $0 = $0 * (1 - momentum) + mean * momentum }
      runningVariance.update { $0 = $0 * (1 - momentum) + variance * momentum }
      batchCount.update { $0 = $0 + 1 }
    }
    return x.instanceNorm(weight: weight?.value, bias: bias?.value, epsilon: epsilon)
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
