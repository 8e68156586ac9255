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
      if Tensor.isAnyRecorded(x, weight, bias, dy) {
        return Tensor.gradients(of: [x, weight, bias], wanted: wanted, dy) {
          let y = $0[0]!.normalizedByOperators(batch: 1, groups: x.shape[-1], $0[1], $0[2], epsilon)
          return relu ? y.relu() : y
        }
      }
      return Kernel.batchNormGradient(
        x, dy, mean, affine, weight, bias, relu: relu, ofStatistics: true, wantsInput: wanted[0])
    }
    return (y, mean, variance)
  }

  /// As `batchNorm(weight:bias:epsilon:relu:)`, over the batches of several processes together: `sum` adds `float64` vectors
  /// up over the processes, and is called once here and once on the way back. Also returns how many values each channel has
  /// in all.
  package func batchNorm(
    weight: Tensor?, bias: Tensor?, epsilon: Double, relu: Bool, summing sum: @escaping (Tensor) -> Tensor
  ) -> (output: Tensor, mean: Tensor, variance: Tensor, count: Int) {
    let (weight, bias) = channels(weight, bias, "batchNorm")
    let (ownMean, ownVariance) = Kernel.batchStatistics(self)
    let own = (mean: ownMean.to(.float64), variance: ownVariance.to(.float64))
    let ownCount = Double(elementCount / shape[-1])
    let sums = sum(.stack([own.mean * 0 + 1, own.mean, own.variance + own.mean.squared()]) * ownCount)
    let counts: Tensor = sums[0], total: Tensor = sums[1], totalOfSquares: Tensor = sums[2]
    let count = Int(counts.max().item), exactMean = total / counts
    let mean = exactMean.to(ownMean.dtype)
    let variance = (totalOfSquares / counts - exactMean.squared()).relu().to(ownMean.dtype)
    let affine = Kernel.normalization(mean, variance, epsilon, weight, bias)
    let y = Kernel.channelAffine(self, affine, relu: relu).recorded(jointly: [self, weight, bias]) {
      [x = self] dy, wanted in
      for tensor in [x, weight, bias, dy] { tensor?.noteReading() }
      return Kernel.batchNormGradient(
        x, dy, mean, affine, weight, bias, relu: relu, ofStatistics: true, wantsInput: wanted[0],
        others: (count, sum))
    }
    return (y, mean, variance, count)
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
      if Tensor.isAnyRecorded(x, weight, bias, dy) {
        return Tensor.gradients(of: [x, weight, bias], wanted: wanted, dy) { operands in
          let y = operands[0]!.throughFloat32 { x in
            let unit = (x - mean.detached()) * (variance.detached() + epsilon).rsqrt()
            return unit.scaledAndShifted(operands[1], operands[2])
          }
          return relu ? y.relu() : y
        }
      }
      return Kernel.batchNormGradient(
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
    return y.recorded(jointly: [self, weight, bias]) { [x = self] dy, wanted in
      if Tensor.isAnyRecorded(x, weight, bias, dy) {
        return Tensor.gradients(of: [x, weight, bias], wanted: wanted, dy) {
          $0[0]!.normalizedByOperators(batch: batch, groups: groups, $0[1], $0[2], epsilon)
        }
      }
      let (dx, dweight, dbias) = Kernel.groupNormGradient(x, dy, sizes, weight, mean, inverse)
      return [
        dx, weight.map { Tensor(dweight, viewedAs: $0.shape) },
        bias.map { Tensor(dbias, viewedAs: $0.shape) },
      ]
    }
  }

  /// What the kernels compute, by other operators: normalised over the positions of each sample and the channels of each
  /// group. A batch norm's is that of one sample whose groups are its channels.
  private func normalizedByOperators(
    batch: Int, groups: Int, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double
  ) -> Tensor {
    let trailing = weight?.shape ?? bias?.shape ?? [shape[-1]]
    return throughFloat32 { x in
      let channels = trailing.elementCount
      let grouped = x.reshape(batch, x.elementCount / (batch * channels), groups, channels / groups)
      let centred = grouped - grouped.mean(axis: [1, 3], keepingAxes: true)
      let variance = centred.squared().mean(axis: [1, 3], keepingAxes: true)
      return (centred * (variance + epsilon).rsqrt()).reshape(shape).scaledAndShifted(weight, bias)
    }
  }

  private func scaledAndShifted(_ weight: Tensor?, _ bias: Tensor?) -> Tensor {
    let scaled = weight.map { self * $0 } ?? self
    return bias.map { scaled + $0 } ?? scaled
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

extension Kernel {
  /// The affine map per channel that normalises, and 1/√(variance + ε).
  struct ChannelAffine {
    let scale: Tensor, shift: Tensor, inverseDeviation: Tensor
  }

  /// Rows and channels of a tensor seen as a matrix.
  private static func matrix(_ x: Tensor) -> (rows: Int64, channels: Int64) {
    let channels = x.shape[-1]
    return (Int64(x.shape.dropLast().reduce(1, *)), Int64(channels))
  }

  static func batchStatistics(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    let (rows, channels) = matrix(x)
    let mean = Tensor(uninitialized: [x.shape[-1]], x.dtype == .float64 ? .float64 : .float32)
    let variance = Tensor(uninitialized: mean.shape, mean.dtype)
    run("batchNorm", on: x.dtype) {
      ck_batch_statistics($0, rows, channels, x.elements, mean.mutableElements, variance.mutableElements)
    }
    return (mean, variance)
  }

  static func normalization(
    _ mean: Tensor, _ variance: Tensor, _ epsilon: Double, _ weight: Tensor?, _ bias: Tensor?
  ) -> ChannelAffine {
    let make = { Tensor(uninitialized: mean.shape, mean.dtype) }
    let affine = ChannelAffine(scale: make(), shift: make(), inverseDeviation: make())
    run("a normalization", on: mean.dtype) {
      ck_normalization_coefficients(
        $0, Int64(mean.elementCount), mean.elements, variance.elements, epsilon, weight?.elements,
        bias?.elements,
        affine.inverseDeviation.mutableElements, affine.scale.mutableElements, affine.shift.mutableElements)
    }
    return affine
  }

  static func channelAffine(_ x: Tensor, _ affine: ChannelAffine, relu: Bool) -> Tensor {
    let (rows, channels) = matrix(x)
    return make("batchNorm", x.shape, from: x) {
      ck_channel_affine($0, rows, channels, $1, affine.scale.elements, affine.shift.elements, relu, $2)
    }
  }

  /// The gradients of input, weight and bias; with `ofStatistics` the mean and variance are the input's own, or those of the
  /// inputs of several processes, of so many rows in all, whose sums a function adds up.
  static func batchNormGradient(
    _ x: Tensor, _ dy: Tensor, _ mean: Tensor, _ affine: ChannelAffine, _ weight: Tensor?, _ bias: Tensor?,
    relu: Bool, ofStatistics: Bool, wantsInput: Bool, others: (rows: Int, sum: (Tensor) -> Tensor)? = nil
  ) -> [Tensor?] {
    let dx = wantsInput ? Tensor(uninitialized: x.shape, x.dtype) : nil
    let dweight = Tensor(uninitialized: mean.shape, mean.dtype)
    let dbias = Tensor(uninitialized: mean.shape, mean.dtype)
    let (rows, channels) = matrix(x)
    run("batchNorm", on: x.dtype) {
      guard ofStatistics else {
        return ck_channel_affine_gradient(
          $0, rows, channels, x.elements, dy.elements, mean.elements, affine.inverseDeviation.elements,
          weight?.elements, bias?.elements, relu, dx?.mutableElements, dweight.mutableElements,
          dbias.mutableElements)
      }
      var sum = others?.sum
      let add: ck_add_sums = { sum, count, sums in
        let values = UnsafeMutableBufferPointer(start: sums, count: Int(count))
        let sum = sum!.assumingMemoryBound(to: ((Tensor) -> Tensor)?.self).pointee!
        sum(Tensor(Array(values), shape: [2, Int(count) / 2])).withUnsafeBytes {
          UnsafeMutableRawBufferPointer(values).copyMemory(from: $0)
        }
      }
      return withUnsafeMutablePointer(to: &sum) { [type = $0] in
        ck_batch_norm_gradient(
          type, rows, channels, x.elements, dy.elements, mean.elements, affine.inverseDeviation.elements,
          weight?.elements, bias?.elements, relu, dx?.mutableElements, dweight.mutableElements,
          dbias.mutableElements, Double(others?.rows ?? Int(rows)), others == nil ? nil : add, $0)
      }
    }
    return [dx, dweight, dbias]
  }

  /// `sizes`: batch, positions, channels, groups.
  static func groupNorm(
    _ x: Tensor, _ sizes: [Int64], _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double
  ) -> (Tensor, mean: Tensor, inverseDeviation: Tensor) {
    if x.dtype == .bfloat16 {
      let (y, mean, inverse) = groupNorm(widened(x), sizes, weight, bias, epsilon)
      return (rounded(y), mean, inverse)
    }
    let y = Tensor(uninitialized: x.shape, x.dtype)
    let mean = Tensor(uninitialized: [Int(sizes[0]), Int(sizes[3])], x.dtype)
    let inverse = Tensor(uninitialized: mean.shape, x.dtype)
    run("groupNorm", on: x.dtype) {
      ck_group_norm(
        $0, sizes[0], sizes[1], sizes[2], sizes[3], x.elements, weight?.elements, bias?.elements, epsilon,
        y.mutableElements,
        mean.mutableElements, inverse.mutableElements)
    }
    return (y, mean, inverse)
  }

  static func groupNormGradient(
    _ x: Tensor, _ dy: Tensor, _ sizes: [Int64], _ weight: Tensor?, _ mean: Tensor, _ inverse: Tensor
  ) -> (input: Tensor, weight: Tensor, bias: Tensor) {
    if x.dtype == .bfloat16 {
      let (dx, dweight, dbias) = groupNormGradient(widened(x), widened(dy), sizes, weight, mean, inverse)
      return (rounded(dx), dweight, dbias)
    }
    let dx = Tensor(uninitialized: x.shape, x.dtype)
    let dweight = Tensor(uninitialized: [Int(sizes[2])], x.dtype)
    let dbias = Tensor(uninitialized: [Int(sizes[2])], x.dtype)
    run("groupNorm", on: x.dtype) {
      ck_group_norm_gradient(
        $0, sizes[0], sizes[1], sizes[2], sizes[3], x.elements, dy.elements, weight?.elements, mean.elements,
        inverse.elements, dx.mutableElements, dweight.mutableElements, dbias.mutableElements)
    }
    return (dx, dweight, dbias)
  }
}
