import CKernels

// The discrete Fourier transform, of any size, along any axes at once: of images `[N, H, W, C]`, `realFFT(axis:
// [1, 2])`. Complex numbers are pairs along a last axis of size 2: the real part, then the imaginary one; axes
// that count from the end pass over it. float32 and float64.
extension Tensor {
  /// The Fourier transform of complex numbers `[…, 2]` along some axes, Σ x e^(−2πi jk/n).
  public func fft(axis: any Axes) -> Tensor { fourier(axis.axes, inverse: false, "fft") }

  /// The inverse of `fft`: along the same axes it gives back what was transformed.
  public func inverseFFT(axis: any Axes) -> Tensor { fourier(axis.axes, inverse: true, "inverseFFT") }

  /// The Fourier transform of real numbers along some axes, as complex numbers with a new last axis of 2. Of
  /// the last axis named, only the frequencies 0…n/2 are kept: the others are their mirror images,
  /// conjugated.
  public func realFFT(axis: any Axes) -> Tensor {
    let axes = axis.axes.map(shape.axis)
    require(!axes.isEmpty, "realFFT: no axis is named")
    let x = Tensor.complex(self, Tensor(zeros: shape, dtype: dtype))
    let half = x.fft(axis: axes.last!).narrowed(axes.last!, to: shape[axes.last!] / 2 + 1)
    return axes.count > 1 ? half.fft(axis: Array(axes.dropLast())) : half
  }

  /// The real numbers whose `realFFT` along the same axes this is. `length` is the size of the last axis
  /// named before it was halved.
  public func inverseRealFFT(axis: any Axes, length: Int) -> Tensor {
    requireComplex("inverseRealFFT")
    // Axes that count from the end do so in the result, which has no axis of 2.
    let real = Shape(shape.dropLast())
    let axes = axis.axes.map(real.axis)
    require(!axes.isEmpty, "inverseRealFFT: no axis is named")
    let last = axes.last!
    require(
      length > 0 && shape[last] == length / 2 + 1,
      "inverseRealFFT: axis \(last) of shape \(shape) is not half of length \(length)")
    let half = axes.count > 1 ? inverseFFT(axis: Array(axes.dropLast())) : self
    // The sum over all frequencies is real: the mirror images add the conjugates of what they mirror.
    var weights = [Double](repeating: 2, count: length / 2 + 1)
    weights[0] = 1
    if length % 2 == 0 { weights[length / 2] = 1 }
    var positions = [Int](repeating: 1, count: rank)
    positions[last] = weights.count
    let weighted = half * Tensor(weights, shape: Shape(positions)).to(dtype)
    var widths = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    widths[last].after = length - weights.count
    return weighted.padded(widths).inverseFFT(axis: last).realPart
  }

  private func fourier(_ axes: [Int], inverse: Bool, _ operation: String) -> Tensor {
    requireComplex(operation)
    // Axes that count from the end pass over the pairs.
    let complex = Shape(shape.dropLast())
    let axes = axes.map(complex.axis)
    require(Set(axes).count == axes.count, "\(operation): an axis is named twice in \(axes)")
    let scale = inverse ? 1 / Double(axes.reduce(1) { $0 * complex[$1] }) : 1
    return linearly(
      { Kernel.fourier($0, axes, inverse: inverse, scale: scale) },
      transpose: { Kernel.fourier($0, axes, inverse: !inverse, scale: scale) })
  }

  private func narrowed(_ axis: Int, to count: Int) -> Tensor {
    split(sizes: [count, shape[axis] - count], axis: axis)[0]
  }

  private func requireComplex(_ operation: String) {
    Kernel.requireFullPrecision(self, operation)
    require(
      rank > 0 && shape[-1] == 2, "\(operation): shape \(shape) has no last axis of 2 for complex numbers")
  }
}

// Complex numbers `[…, 2]`.
extension Tensor {
  /// Complex numbers `[…, 2]` of their real and imaginary parts.
  public static func complex(_ real: Tensor, _ imaginary: Tensor) -> Tensor {
    stack([real, imaginary], axis: -1)
  }

  /// The real parts of complex numbers `[…, 2]`.
  public var realPart: Tensor {
    requireComplex("realPart")
    return self[.ellipsis, 0]
  }

  /// The imaginary parts of complex numbers `[…, 2]`.
  public var imaginaryPart: Tensor {
    requireComplex("imaginaryPart")
    return self[.ellipsis, 1]
  }

  /// The conjugates of complex numbers `[…, 2]`.
  public func conjugated() -> Tensor {
    requireComplex("conjugated")
    return self * Tensor([1, -1] as [Double]).to(dtype)
  }

  /// The products of complex numbers `[…, 2]`, axes stretched as in arithmetic.
  public func complexProduct(_ other: Tensor) -> Tensor {
    requireComplex("complexProduct")
    other.requireComplex("complexProduct")
    let (a, b, c, d) = (realPart, imaginaryPart, other.realPart, other.imaginaryPart)
    return .complex(a * c - b * d, a * d + b * c)
  }
}

extension Kernel {
  /// The transform of complex numbers (the last axis) along each of some axes, the result multiplied by
  /// `scale`.
  static func fourier(_ x: Tensor, _ axes: [Int], inverse: Bool, scale: Double) -> Tensor {
    var y = x.detached()
    for (position, axis) in axes.enumerated() {
      let (outer, n, pairs) = x.shape.split(at: axis)
      let target = position == 0 ? Tensor(uninitialized: x.shape, x.dtype) : y
      let scale = position == 0 ? scale : 1
      run("fft", on: x.dtype) {
        ck_fourier($0, outer, n, pairs / 2, inverse, scale, y.elements, target.mutableElements)
      }
      y = target
    }
    return y
  }
}
