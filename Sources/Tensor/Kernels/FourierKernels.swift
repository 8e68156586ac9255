import CKernels

extension Kernel {
  /// The transform of complex numbers (the last axis) along each of some axes, the result multiplied by
  /// `scale`.
  static func fourier(_ x: Tensor, _ axes: [Int], inverse: Bool, scale: Double) -> Tensor {
    var y = x.detached()
    for (position, axis) in axes.enumerated() {
      let (outer, n, pairs) = x.shape.split(at: axis)
      let target = position == 0 ? Tensor(uninitialized: x.shape, x.dtype) : y
      let scale = position == 0 ? scale : 1
      switch x.dtype {
      case .float32: ck_fourier_f32(outer, n, pairs / 2, inverse, scale, y.f32, target.f32)
      case .float64: ck_fourier_f64(outer, n, pairs / 2, inverse, scale, y.f64, target.f64)
      default: unsupported("fft", x.dtype)
      }
      y = target
    }
    return y
  }
}
