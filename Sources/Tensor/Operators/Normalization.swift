import CKernels

extension Tensor {
  /// Normalised per channel (the last axis) over all other axes, then scaled and shifted, then ReLU where asked
  /// for. Also returns the mean and the biased variance `[C]` of each channel, which carry no gradient.
  public func batchNorm(
    weight: Tensor, bias: Tensor, epsilon: Double = 1e-5, relu: Bool = false
  ) -> (output: Tensor, mean: Tensor, variance: Tensor) {
    checkChannels(weight, bias, "batchNorm")
    let (mean, variance) = Kernel.batchStatistics(self)
    let affine = Kernel.normalization(mean, variance, epsilon, weight, bias)
    let y = Kernel.channelAffine(self, affine, relu: relu).recorded(jointly: [self, weight, bias]) {
      [x = self] dy, wanted in
      Kernel.batchNormGradient(
        x, dy, mean, affine, weight, bias, relu: relu, ofStatistics: true, wantsInput: wanted[0])
    }
    return (y, mean, variance)
  }

  /// Normalised per channel by a given mean and variance `[C]`, which are constants, then scaled and shifted, then
  /// ReLU where asked for: batch norm in evaluation, or frozen.
  public func batchNorm(
    weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Double = 1e-5, relu: Bool = false
  ) -> Tensor {
    checkChannels(weight, bias, "batchNorm")
    checkChannels(mean, variance, "batchNorm")
    let affine = Kernel.normalization(mean, variance, epsilon, weight, bias)
    return Kernel.channelAffine(self, affine, relu: relu).recorded(jointly: [self, weight, bias]) {
      [x = self] dy, wanted in
      Kernel.batchNormGradient(
        x, dy, mean, affine, weight, bias, relu: relu, ofStatistics: false, wantsInput: wanted[0])
    }
  }

  /// Normalised per sample (the first axis) over the positions and each group of channels, then scaled and
  /// shifted per channel.
  public func groupNorm(groups: Int, weight: Tensor, bias: Tensor, epsilon: Double = 1e-5) -> Tensor {
    checkChannels(weight, bias, "groupNorm")
    precondition(
      rank >= 2 && groups > 0 && shape[-1] % groups == 0, "groupNorm: \(groups) groups of shape \(shape)")
    return normalized(batch: shape[0], groups: groups, weight, bias, epsilon)
  }

  /// Normalised over the last axis, then scaled and shifted.
  public func layerNorm(weight: Tensor, bias: Tensor, epsilon: Double = 1e-5) -> Tensor {
    checkChannels(weight, bias, "layerNorm")
    return normalized(batch: elementCount / Swift.max(shape[-1], 1), groups: 1, weight, bias, epsilon)
  }

  private func normalized(
    batch: Int, groups: Int, _ weight: Tensor, _ bias: Tensor, _ epsilon: Double
  ) -> Tensor {
    let positions = elementCount / Swift.max(batch * shape[-1], 1)
    let sizes = [batch, positions, shape[-1], groups].map(Int64.init)
    let (y, mean, inverse) = Kernel.groupNorm(self, sizes, weight, bias, epsilon)
    return y.recorded(jointly: [self, weight, bias]) { [x = self] dy, _ in
      Kernel.groupNormGradient(x, dy, sizes, weight, mean, inverse)
    }
  }

  private func checkChannels(_ a: Tensor, _ b: Tensor, _ name: String) {
    Kernel.requireFloatingPoint(self, name)
    for vector in [a, b] {
      Kernel.requireSame(self, vector, name)
      precondition(
        rank >= 1 && vector.shape == [shape[-1]],
        "\(name): a vector of shape \(vector.shape) for the channels of shape \(shape)")
    }
  }
}
