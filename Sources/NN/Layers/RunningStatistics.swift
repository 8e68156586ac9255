import Tensor

/// A norm's running mean and variance, into which training takes every batch.
struct RunningStatistics: Module {
  /// `[C]`.
  let mean: Parameter
  /// Unbiased, `[C]`.
  let variance: Parameter
  /// How many batches they have seen, `int32`.
  let count: Parameter
  /// The weight of a new batch.
  let momentum: Double

  init(_ channels: Int, momentum: Double) {
    mean = Parameter(Tensor(zeros: [channels]), role: .buffer, name: "running_mean")
    variance = Parameter(Tensor(ones: [channels]), role: .buffer, name: "running_var")
    count = Parameter(Tensor(0, dtype: .int32), role: .buffer, name: "num_batches_tracked")
    self.momentum = momentum
  }

  /// Whether training changes them.
  var areTracked: Bool {
    get { !mean.isFrozen }
    nonmutating set { for buffer in [mean, variance, count] { buffer.isFrozen = !newValue } }
  }

  /// Whether a norm goes by them, not by the batch: in evaluation, or where they stay as they are.
  var areTaken: Bool { !Tensor.isTraining || !areTracked }

  /// Takes in a batch's mean and biased variance, of `values` values a channel.
  func take(mean batchMean: Tensor, variance batchVariance: Tensor, of values: Int) {
    let unbiased = batchVariance * (Double(values) / Double(max(values - 1, 1)))
    mean.update { $0 = ($0 * (1 - momentum) + batchMean * momentum).to($0.dtype) }
    variance.update { $0 = ($0 * (1 - momentum) + unbiased * momentum).to($0.dtype) }
    count.update { $0 = $0 + 1 }
  }
}
