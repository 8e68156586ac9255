import CKernels

/// How values between samples are found, in tensors and in images.
public enum Interpolation: String, Sendable, CaseIterable {
  /// The sample at or before, as PyTorch's and OpenCV's `nearest`.
  case nearest
  /// The sample whose centre is nearest, PyTorch's `nearest-exact`.
  case nearestExact
  /// Weighted by distance: bilinear in images, trilinear in volumes.
  case linear
  /// Cubic convolution (a = −0.75); images only.
  case cubic
  /// The mean of what an output covers where the size shrinks, `linear` where it grows, as OpenCV's; images only.
  case area
}

extension Tensor {
  /// Sequences `[N, L, C]` resampled to a length.
  public func resized1d(
    length: Int, interpolation: Interpolation = .linear, alignCorners: Bool = false
  ) -> Tensor {
    require(rank == 3, "resized1d: shape \(shape) is not [N, L, C]")
    return resampled([length], interpolation, alignCorners)
  }

  /// Images `[N, H, W, C]` resampled to a height and width, by PyTorch's conventions. With `alignCorners` the
  /// centres of the corner samples coincide, otherwise the corners of the corner samples. With `antialiased`, where an
  /// image shrinks, the weights of `linear` and `cubic` (then with a = −0.5, as Pillow's) stretch over all that an output
  /// covers.
  public func resized2d(
    height: Int, width: Int, interpolation: Interpolation = .linear, alignCorners: Bool = false,
    antialiased: Bool = false
  ) -> Tensor {
    require(rank == 4, "resized2d: shape \(shape) is not [N, H, W, C]")
    return resampled([height, width], interpolation, alignCorners, antialiased)
  }

  /// Images `[N, H, W, C]` enlarged by a whole factor.
  public func upsampled2d(
    by factor: Int = 2, interpolation: Interpolation = .linear, alignCorners: Bool = false
  ) -> Tensor {
    require(rank == 4, "upsampled2d: shape \(shape) is not [N, H, W, C]")
    return resampled([shape[1] * factor, shape[2] * factor], interpolation, alignCorners)
  }

  /// Volumes `[N, T, H, W, C]` resampled to a length, height and width: nearest, or trilinear.
  public func resized3d(
    time: Int, height: Int, width: Int, interpolation: Interpolation = .linear, alignCorners: Bool = false
  ) -> Tensor {
    require(
      rank == 5 && ![.cubic, .area].contains(interpolation), "resized3d: shape \(shape), \(interpolation)")
    return resampled([time, height, width], interpolation, alignCorners)
  }

  /// Images `[N, H, W, C]` resampled by a factor per axis, to sizes cut off to whole numbers; `antialiased` as `resized2d`
  /// has it. Unless corners are aligned, samples stand exactly 1 / factor apart, also where the sizes' ratio is another.
  /// Aligned ones are those of the result, as in PyTorch; ONNX's Resize aligns with the size before it is cut off.
  public func rescaled2d(
    height: Double, width: Double, interpolation: Interpolation = .linear, alignCorners: Bool = false,
    antialiased: Bool = false
  ) -> Tensor {
    require(rank == 4, "rescaled2d: shape \(shape) is not [N, H, W, C]")
    return rescaled([height, width], interpolation, alignCorners, antialiased)
  }

  /// Volumes `[N, T, H, W, C]` resampled by a factor per axis: nearest, or trilinear.
  public func rescaled3d(
    time: Double, height: Double, width: Double, interpolation: Interpolation = .linear,
    alignCorners: Bool = false
  ) -> Tensor {
    require(
      rank == 5 && ![.cubic, .area].contains(interpolation), "rescaled3d: shape \(shape), \(interpolation)")
    return rescaled([time, height, width], interpolation, alignCorners)
  }

  private func rescaled(
    _ factors: [Double], _ interpolation: Interpolation, _ alignCorners: Bool, _ antialiased: Bool = false
  ) -> Tensor {
    resampled(sizes(rescaledBy: factors), interpolation, alignCorners, antialiased, factors: factors)
  }

  private func sizes(rescaledBy factors: [Double]) -> [Int] {
    zip(shape.dropFirst(), factors).map { size, factor in
      require(factor > 0 && factor < 1e9, "resampling: shape \(shape) by factors \(factors)")
      return Int(Double(size) * factor)
    }
  }

  private func resampled(
    _ sizes: [Int], _ interpolation: Interpolation, _ alignCorners: Bool, _ antialiased: Bool = false,
    factors: [Double] = []
  ) -> Tensor {
    let scale = Array(repeating: 0, count: 3 - factors.count) + factors
    let output = Shape([shape[0]] + sizes + [shape[-1]])
    require(
      (shape.dropFirst() + sizes).allSatisfy { (1..<1 << 29).contains($0) }
        && !(antialiased && [.nearest, .nearestExact].contains(interpolation))
        && !(alignCorners && interpolation == .area),
      "resampling: from \(shape) to \(output), \(interpolation)\(antialiased ? ", antialiased" : "")")
    let coverage =
      interpolation == .area ? ck_coverage_area : antialiased ? ck_coverage_stretched : ck_coverage_next
    let plan = ck_resampling(
      batch: Int64(shape[0]), channels: Int64(shape[-1]),
      in: threeAxes(Array(shape.dropFirst().dropLast()), filler: 1), out: threeAxes(sizes, filler: 1),
      interpolation: interpolation.ofResampling, align_corners: alignCorners, coverage: coverage,
      scale: (scale[0], scale[1], scale[2]))
    return linearly(
      { Kernel.resample($0, to: output, plan) },
      transpose: { [shape] in Kernel.resampleGradient($0, to: shape, plan) })
  }
}

extension Interpolation {
  fileprivate var ofResampling: ck_interpolation {
    switch self {
    case .nearest: ck_interpolation_nearest
    case .nearestExact: ck_interpolation_nearest_exact
    case .linear, .area: ck_interpolation_linear
    case .cubic: ck_interpolation_cubic
    }
  }
}

extension Kernel {
  static func resample(_ x: Tensor, to shape: Shape, _ plan: ck_resampling) -> Tensor {
    // Labels have neighbours, but nothing between them.
    let nearest = [ck_interpolation_nearest, ck_interpolation_nearest_exact]
    if !x.dtype.isFloatingPoint && nearest.contains(plan.interpolation) {
      return resample(x.to(.float64), to: shape, plan).to(x.dtype)
    }
    var plan = plan
    return make("resampling", shape, from: x) { ck_resample($0, &plan, $1, $2) }
  }

  static func resampleGradient(_ dy: Tensor, to shape: Shape, _ plan: ck_resampling) -> Tensor {
    var plan = plan
    return make("resampling", shape, from: dy) { ck_resample_gradient($0, &plan, $1, $2) }
  }
}
