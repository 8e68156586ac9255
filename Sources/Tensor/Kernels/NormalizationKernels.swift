import CKernels

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
    switch x.dtype {
    case .float32: ck_batch_statistics_f32(rows, channels, x.f32, mean.f32, variance.f32)
    case .bfloat16: ck_batch_statistics_bf16(rows, channels, x.u16, mean.f32, variance.f32)
    default: ck_batch_statistics_f64(rows, channels, x.f64, mean.f64, variance.f64)
    }
    return (mean, variance)
  }

  static func normalization(
    _ mean: Tensor, _ variance: Tensor, _ epsilon: Double, _ weight: Tensor?, _ bias: Tensor?
  ) -> ChannelAffine {
    let make = { Tensor(uninitialized: mean.shape, mean.dtype) }
    let affine = ChannelAffine(scale: make(), shift: make(), inverseDeviation: make())
    let channels = Int64(mean.elementCount)
    if mean.dtype == .float32 {
      ck_normalization_coefficients_f32(
        channels, mean.f32, variance.f32, epsilon, weight?.f32, bias?.f32, affine.inverseDeviation.f32,
        affine.scale.f32, affine.shift.f32)
    } else {
      ck_normalization_coefficients_f64(
        channels, mean.f64, variance.f64, epsilon, weight?.f64, bias?.f64, affine.inverseDeviation.f64,
        affine.scale.f64, affine.shift.f64)
    }
    return affine
  }

  static func channelAffine(_ x: Tensor, _ affine: ChannelAffine, relu: Bool) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dtype)
    let (rows, channels) = matrix(x)
    let (scale, shift) = (affine.scale, affine.shift)
    switch x.dtype {
    case .float32: ck_channel_affine_f32(rows, channels, x.f32, scale.f32, shift.f32, relu, y.f32)
    case .bfloat16: ck_channel_affine_bf16(rows, channels, x.u16, scale.f32, shift.f32, relu, y.u16)
    default: ck_channel_affine_f64(rows, channels, x.f64, scale.f64, shift.f64, relu, y.f64)
    }
    return y
  }

  /// The gradients of input, weight and bias; with `ofStatistics` the mean and variance are the input's own.
  static func batchNormGradient(
    _ x: Tensor, _ dy: Tensor, _ mean: Tensor, _ affine: ChannelAffine, _ weight: Tensor?, _ bias: Tensor?,
    relu: Bool, ofStatistics: Bool, wantsInput: Bool
  ) -> [Tensor?] {
    let dx = wantsInput ? Tensor(uninitialized: x.shape, x.dtype) : nil
    let dweight = Tensor(uninitialized: mean.shape, mean.dtype)
    let dbias = Tensor(uninitialized: mean.shape, mean.dtype)
    let (rows, channels) = matrix(x)
    let inverse = affine.inverseDeviation
    switch (x.dtype, ofStatistics) {
    case (.float32, true):
      ck_batch_norm_gradient_f32(
        rows, channels, x.f32, dy.f32, mean.f32, inverse.f32, weight?.f32, bias?.f32, relu, dx?.f32,
        dweight.f32, dbias.f32)
    case (.float32, false):
      ck_channel_affine_gradient_f32(
        rows, channels, x.f32, dy.f32, mean.f32, inverse.f32, weight?.f32, bias?.f32, relu, dx?.f32,
        dweight.f32, dbias.f32)
    case (.bfloat16, true):
      ck_batch_norm_gradient_bf16(
        rows, channels, x.u16, dy.u16, mean.f32, inverse.f32, weight?.f32, bias?.f32, relu, dx?.u16,
        dweight.f32, dbias.f32)
    case (.bfloat16, false):
      ck_channel_affine_gradient_bf16(
        rows, channels, x.u16, dy.u16, mean.f32, inverse.f32, weight?.f32, bias?.f32, relu, dx?.u16,
        dweight.f32, dbias.f32)
    case (_, true):
      ck_batch_norm_gradient_f64(
        rows, channels, x.f64, dy.f64, mean.f64, inverse.f64, weight?.f64, bias?.f64, relu, dx?.f64,
        dweight.f64, dbias.f64)
    case (_, false):
      ck_channel_affine_gradient_f64(
        rows, channels, x.f64, dy.f64, mean.f64, inverse.f64, weight?.f64, bias?.f64, relu, dx?.f64,
        dweight.f64, dbias.f64)
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
    if x.dtype == .float32 {
      ck_group_norm_f32(
        sizes[0], sizes[1], sizes[2], sizes[3], x.f32, weight?.f32, bias?.f32, epsilon, y.f32, mean.f32,
        inverse.f32)
    } else {
      ck_group_norm_f64(
        sizes[0], sizes[1], sizes[2], sizes[3], x.f64, weight?.f64, bias?.f64, epsilon, y.f64, mean.f64,
        inverse.f64)
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
    if x.dtype == .float32 {
      ck_group_norm_gradient_f32(
        sizes[0], sizes[1], sizes[2], sizes[3], x.f32, dy.f32, weight?.f32, mean.f32, inverse.f32, dx.f32,
        dweight.f32, dbias.f32)
    } else {
      ck_group_norm_gradient_f64(
        sizes[0], sizes[1], sizes[2], sizes[3], x.f64, dy.f64, weight?.f64, mean.f64, inverse.f64, dx.f64,
        dweight.f64, dbias.f64)
    }
    return (dx, dweight, dbias)
  }
}
