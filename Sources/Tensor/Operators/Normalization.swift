import CKernels

// Without a weight, or without a bias, nothing is scaled, or shifted.
extension Tensor {
  /// Normalised per channel (the last axis) over all other axes, then scaled and shifted, then ReLU where asked
  /// for. Also returns the mean and the biased variance `[C]` of each channel, which carry no gradient.
  public func batchNorm(
    weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5, relu: Bool = false
  ) -> (output: Tensor, mean: Tensor, variance: Tensor) {
    let (weight, bias) = channels(weight, bias, "batchNorm")
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
    weight: Tensor? = nil, bias: Tensor? = nil, mean: Tensor, variance: Tensor, epsilon: Double = 1e-5,
    relu: Bool = false
  ) -> Tensor {
    let (weight, bias) = channels(weight, bias, "batchNorm")
    let mean = parameter(mean, [shape[-1]], "batchNorm")
    let variance = parameter(variance, [shape[-1]], "batchNorm")
    let affine = Kernel.normalization(mean, variance, epsilon, weight, bias)
    return Kernel.channelAffine(self, affine, relu: relu).recorded(jointly: [self, weight, bias]) {
      [x = self] dy, wanted in
      Kernel.batchNormGradient(
        x, dy, mean, affine, weight, bias, relu: relu, ofStatistics: false, wantsInput: wanted[0])
    }
  }

  /// Normalised per sample (the first axis) over the positions and each group of channels, then scaled and
  /// shifted per channel.
  public func groupNorm(
    groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
  ) -> Tensor {
    let (weight, bias) = channels(weight, bias, "groupNorm")
    require(
      rank >= 2 && groups > 0 && shape[-1] % groups == 0, "groupNorm: \(groups) groups of shape \(shape)")
    return normalized(batch: shape[0], channels: shape[-1], groups: groups, weight, bias, epsilon)
  }

  /// Normalised per sample (the first axis) and channel (the last) over the positions, then scaled and shifted per
  /// channel.
  public func instanceNorm(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    let (weight, bias) = channels(weight, bias, "instanceNorm")
    require(rank >= 2, "instanceNorm: shape \(shape) has no samples")
    return normalized(
      batch: shape[0], channels: shape[-1], groups: Swift.max(shape[-1], 1), weight, bias, epsilon)
  }

  /// Each sample (along the first axis) scaled to a root mean square of `scale` over all its elements:
  /// x·scale·√(n / (Σx² + ε)), n the number of elements of a sample.
  public func instanceL2Norm(scale: Double = 1, epsilon: Double = 1e-5) -> Tensor {
    require(rank >= 1, "instanceL2Norm: a scalar has no samples")
    let count = shape.dropFirst().reduce(1, *)
    let energy = squared().sum(axis: Array(1..<rank), keepingAxes: true)
    return self * ((energy + epsilon).rsqrt() * (scale * Double(count).squareRoot()))
  }

  /// Normalised over the trailing axes that `weight` and `bias` have (without them, over the last one), then scaled
  /// and shifted elementwise.
  public func layerNorm(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    Kernel.requireFloatingPoint(self, "layerNorm")
    let axes = weight?.rank ?? bias?.rank ?? 1
    require(
      axes >= 1 && axes <= rank, "layerNorm: a weight of \(axes) axes for an input of shape \(shape)")
    let trailing = Shape(shape.suffix(axes))
    let weight = weight.map { parameter($0, trailing, "layerNorm") }
    let bias = bias.map { parameter($0, trailing, "layerNorm") }
    let channels = trailing.elementCount
    return normalized(
      batch: channels == 0 ? 0 : elementCount / channels, channels: channels, groups: 1, weight, bias, epsilon
    )
  }

  /// Divided by the root mean square over the trailing axes that `weight` has (without one, over the last axis), then
  /// scaled elementwise: x / √(mean x² + ε).
  public func rmsNorm(weight: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    Kernel.requireFloatingPoint(self, "rmsNorm")
    let axes = weight?.rank ?? 1
    require(
      axes >= 1 && axes <= rank, "rmsNorm: a weight of \(axes) axes for an input of shape \(shape)")
    let weight = weight.map { parameter($0, Shape(shape.suffix(axes)), "rmsNorm") }
    let y = self * (squared().mean(axis: Array(rank - axes..<rank), keepingAxes: true) + epsilon).rsqrt()
    return weight.map { y * $0.to(dtype) } ?? y
  }

  /// Each element divided by (k + α·m)^β, m the mean square over the `size` channels around its own, beyond the ends 0
  /// (Krizhevsky et al. 2012, in PyTorch's form).
  public func localResponseNorm(
    size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1
  ) -> Tensor {
    require(rank >= 1 && size > 0, "localResponseNorm: \(size) channels of shape \(shape)")
    let channels = reshape(-1, shape[-1], 1)
    let mean = channels.squared().averagePool1d(
      size, stride: 1, padding: .uneven(before: size / 2, after: (size - 1) / 2))
    return (channels * (mean * alpha + k).pow(-beta)).reshape(shape)
  }

  private func normalized(
    batch: Int, channels: Int, groups: Int, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double
  ) -> Tensor {
    let positions = elementCount / Swift.max(batch * channels, 1)
    let sizes = [batch, positions, channels, groups].map(Int64.init)
    let (y, mean, inverse) = Kernel.groupNorm(self, sizes, weight, bias, epsilon)
    return y.recorded(jointly: [self, weight, bias]) { [x = self] dy, _ in
      let (dx, dweight, dbias) = Kernel.groupNormGradient(x, dy, sizes, weight, mean, inverse)
      return [
        dx, weight.map { Tensor(dweight, viewedAs: $0.shape) },
        bias.map { Tensor(dbias, viewedAs: $0.shape) },
      ]
    }
  }

  private func channels(_ a: Tensor?, _ b: Tensor?, _ name: String) -> (Tensor?, Tensor?) {
    Kernel.requireFloatingPoint(self, name)
    require(rank >= 1, "\(name): a scalar has no channels")
    return (a.map { parameter($0, [shape[-1]], name) }, b.map { parameter($0, [shape[-1]], name) })
  }

  private func parameter(_ vector: Tensor, _ expected: Shape, _ name: String) -> Tensor {
    require(
      vector.shape == expected,
      "\(name): a weight or bias of shape \(vector.shape) for an input of shape \(shape)")
    return vector.parameter(of: self, name)
  }
}
