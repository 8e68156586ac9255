import CKernels
import Tensor

/// One step of power iteration on the graph of a video's pixels, by filtering (SFSeg, Eq. 7):
/// x' = S^p·[(α⁻¹ − ΣF²)·G∗u − G∗(ΣF²·u) + 2 Σ F·G∗(F·u)] with u = S^p·x, zeros around the volume.
///
/// - Parameters:
///   - x: the solution so far, `[N, T, H, W]`.
///   - s: unary scores above 0, of x's shape.
///   - f: pairwise features, of x's shape or `[C, N, T, H, W]`.
///   - kernel: the odd sizes of the neighbourhood in time, height and width.
///   - alpha: how much a difference of features weakens a link; up to 1/C keeps links between features in [0, 1]
///     from going negative.
///   - p: the power of the unary scores.
/// - Returns: The next solution, not normalised, with gradients to x, s and f.
public func spectralStep(
  _ x: Tensor, unary s: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Double = 1,
  p: Double = 0.1
) -> Tensor {
  spectralProduct(x, weight: s.pow(p), pairwise: f, kernel: kernel, alpha: alpha)
}

/// As `spectralStep(_:unary:pairwise:kernel:alpha:p:)`, with gradients to alpha and p too, one value each.
public func spectralStep(
  _ x: Tensor, unary s: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Tensor, p: Tensor
) -> Tensor {
  spectralProduct(x, weight: s.pow(p), pairwise: f, kernel: kernel, alpha: alpha)
}

/// The step with the unary weights D = S^p given, so that iterations share them: D·K·D·x, K the links between pixels.
///
/// Symmetric: the gradient of x is the product with the gradient of the result. One fused pass over the volume, without
/// intermediate volumes, forward and back.
public func spectralProduct(
  _ x: Tensor, weight d: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Double = 1
) -> Tensor {
  let plan = SpectralPlan(x, d, f, kernel: kernel, alpha: alpha)
  let (x0, d0, f0) = (x.detached(), d.detached(), f.detached())
  return plan.product(x0, d0, f0).recorded(jointly: [x, d, f]) { dy, wanted in
    if !wanted[1] && !wanted[2] { return [plan.product(dy, d0, f0), nil, nil] }
    return zip(plan.gradients(x0, d0, f0, dy), wanted).map { $1 ? $0 : nil }
  }
}

/// As `spectralProduct(_:weight:pairwise:kernel:alpha:)`, with a gradient to alpha too, one value: links weakened by
/// α·(F_i − F_j)² are those between the features √α·F.
public func spectralProduct(
  _ x: Tensor, weight d: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Tensor
) -> Tensor {
  spectralProduct(x, weight: d, pairwise: f * alpha.sqrt(), kernel: kernel) / alpha
}

/// The degrees M·1 of the pixels: the sums of their links.
///
/// None is below the link of the pixel to itself; where links have gone negative (an alpha too large for the Taylor
/// expansion) it stands in, so that nothing explodes.
public func spectralDegree(
  weight d: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Double = 1
) -> Tensor {
  let ones = Tensor(ones: d.shape, dtype: d.dtype)
  let degree = spectralProduct(ones, weight: d, pairwise: f, kernel: kernel, alpha: alpha)
  let centre = kernel.map { spectralTaps(size: $0)[$0 / 2] }.reduce(1, *)
  return Tensor.maximum(degree, d.squared() * (centre / alpha))
}

/// The 1-D taps exp(−½ (i/σ)²), σ = (size − 1)/4, of an odd size, normalised to a sum of 1; the 3-D kernel is the product
/// of three of them.
public func spectralTaps(size: Int) -> [Double] {
  precondition(size > 0 && size % 2 == 1, "spectralTaps: the size \(size) is not odd")
  var taps = [Double](repeating: 0, count: size)
  ck_spectral_taps(Int64(size), &taps)
  return taps
}

/// A spectral step's sizes, checked once.
private struct SpectralPlan {
  private let sizes: ck_spectral

  init(_ x: Tensor, _ d: Tensor, _ f: Tensor, kernel: [Int], alpha: Double) {
    precondition(
      x.rank == 4 && d.shape == x.shape && (f.shape == x.shape || f.rank == 5 && f.shape[0] > 0)
        && Shape(f.shape.suffix(4)) == x.shape,
      "spectral step: x \(x.shape), unary \(d.shape) and pairwise \(f.shape) don't fit together")
    precondition(
      x.dtype.isFloatingPoint && d.dtype == x.dtype && f.dtype == x.dtype,
      "spectral step: x is \(x.dtype), unary \(d.dtype), pairwise \(f.dtype)")
    precondition(
      kernel.count == 3 && kernel.allSatisfy { $0 > 0 && $0 % 2 == 1 } && alpha > 0,
      "spectral step: a kernel of sizes \(kernel) with alpha \(alpha)")
    let n = x.shape.map(Int64.init)
    sizes = ck_spectral(
      batch: n[0], frames: n[1], height: n[2], width: n[3], channels: f.rank == 5 ? Int64(f.shape[0]) : 1,
      sizes: (Int64(kernel[0]), Int64(kernel[1]), Int64(kernel[2])), inverse_alpha: 1 / alpha)
  }

  func product(_ x: Tensor, _ d: Tensor, _ f: Tensor) -> Tensor {
    withElements(of: [x, d, f], results: [x]) { i, o in
      withUnsafePointer(to: sizes) { plan in
        if x.dtype == .float32 {
          ck_spectral_product_f32(plan, i[0].start(), i[1].start(), i[2].start(), o[0].start())
        } else {
          ck_spectral_product_f64(plan, i[0].start(), i[1].start(), i[2].start(), o[0].start())
        }
      }
    }[0]
  }

  func gradients(_ x: Tensor, _ d: Tensor, _ f: Tensor, _ dy: Tensor) -> [Tensor] {
    withElements(of: [x, d, f, dy], results: [x, d, f]) { i, o in
      withUnsafePointer(to: sizes) { plan in
        if x.dtype == .float32 {
          ck_spectral_gradient_f32(
            plan, i[0].start(), i[1].start(), i[2].start(), i[3].start(), o[0].start(), o[1].start(),
            o[2].start())
        } else {
          ck_spectral_gradient_f64(
            plan, i[0].start(), i[1].start(), i[2].start(), i[3].start(), o[0].start(), o[1].start(),
            o[2].start())
        }
      }
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func start<Element>() -> UnsafeMutablePointer<Element>? {
    baseAddress?.assumingMemoryBound(to: Element.self)
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func start<Element>() -> UnsafePointer<Element>? {
    baseAddress?.assumingMemoryBound(to: Element.self)
  }
}

/// Runs a kernel on the elements of some tensors; it writes one result like each of `results`.
private func withElements(
  of inputs: [Tensor], results: [Tensor],
  _ kernel: ([UnsafeRawBufferPointer], [UnsafeMutableRawBufferPointer]) -> Void
) -> [Tensor] {
  func enter(_ pointers: [UnsafeRawBufferPointer], _ outputs: [UnsafeMutableRawBufferPointer]) -> [Tensor] {
    if pointers.count < inputs.count {
      return inputs[pointers.count].withUnsafeBytes { enter(pointers + [$0], outputs) }
    }
    guard outputs.count < results.count else {
      kernel(pointers, outputs)
      return []
    }
    let like = results[outputs.count]
    var later: [Tensor] = []
    let result = Tensor(unsafeUninitialized: like.shape, dtype: like.dtype) {
      later = enter(pointers, outputs + [$0])
    }
    return [result] + later
  }
  return enter([], [])
}
