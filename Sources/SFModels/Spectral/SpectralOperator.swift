import CSpectral
import Tensor

/// One step of power iteration on the graph of a video's pixels, by filtering (SFSeg, Eq. 7):
/// x' = S^p·[(α⁻¹ − ΣF²)·G∗u − G∗(ΣF²·u) + 2 Σ F·G∗(F·u)] with u = S^p·x, zeros around the volume.
///
/// - Parameters:
///   - x: the solution so far, `[N, T, H, W]`.
///   - s: unary scores above 0, of x's shape.
///   - f: pairwise features, of x's shape or `[N, T, H, W, C]`.
///   - kernel: the odd sizes of the neighbourhood in time, height and width.
///   - alpha: how much a difference of features weakens a link; up to 1/C keeps links between features in [0, 1]
///     from going negative.
///   - p: the power of the unary scores.
///   - links: the Taylor form 1 − αΣ(F_i − F_j)² of the links, as in the equation, or the exact exp(−αΣ(F_i − F_j)²)
///     (Eq. 1), never negative, whatever alpha and C: of one channel and an alpha up to about 1 by a longer series, to
///     float32's accuracy and in twice the time, otherwise neighbour by neighbour and some ten times slower.
///   - motion: where the pixels move; without it the neighbours in other frames lie around the same place.
/// - Returns: The next solution, not normalised, with gradients to x, s and f.
public func spectralStep(
  _ x: Tensor, unary s: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Double = 1,
  p: Double = 0.1, operator links: SpectralGraph.Links = .taylor, motion: SpectralMotion? = nil
) -> Tensor {
  spectralProduct(
    x, weight: s.pow(p), pairwise: f, kernel: kernel, alpha: alpha, operator: links, motion: motion)
}

/// As the step above, with gradients to alpha and p too, one value each.
public func spectralStep(
  _ x: Tensor, unary s: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Tensor, p: Tensor,
  operator links: SpectralGraph.Links = .taylor, motion: SpectralMotion? = nil
) -> Tensor {
  spectralProduct(
    x, weight: s.pow(p), pairwise: f, kernel: kernel, alpha: alpha, operator: links, motion: motion)
}

/// The step with the unary weights D = S^p given, so that iterations share them: D·K·D·x, K the links between pixels.
///
/// One pass over the volume, without intermediate volumes, forward and back. Without motion it is symmetric: the
/// gradient of x is the product with the gradient of the result. With motion or exact links a few frames of
/// intermediate products are kept, and with motion the gradient is scattered to where the values were sampled: between
/// pixels by the Taylor operator, at the nearest pixel by the exact one. Gradients have gradients without motion only;
/// those of exact links hold all neighbours of all pixels at once.
public func spectralProduct(
  _ x: Tensor, weight d: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Double = 1,
  operator links: SpectralGraph.Links = .taylor, motion: SpectralMotion? = nil
) -> Tensor {
  spectralProduct(
    x, weight: d, planes: featurePlanes(f, of: x.shape), kernel: kernel, alpha: alpha, operator: links,
    motion: motion)
}

/// Pairwise features `[N, T, H, W, C]` of volumes `[N, T, H, W]` as the kernels read them, a volume for each channel:
/// `[C, N, T, H, W]`. What iterates does it once.
func featurePlanes(_ f: Tensor, of volumes: Shape) -> Tensor {
  require(
    f.shape == volumes || f.rank == 5 && Shape(f.shape.prefix(4)) == volumes && f.shape[4] > 0,
    "spectral step: pairwise features of shape \(f.shape) for volumes of shape \(volumes)")
  return f.rank == 5 ? f.permuted(4, 0, 1, 2, 3) : f
}

package func spectralProduct(
  _ x: Tensor, weight d: Tensor, planes f: Tensor, kernel: [Int], alpha: Double,
  operator links: SpectralGraph.Links, motion: SpectralMotion?
) -> Tensor {
  let plan = SpectralPlan(x, d, f, kernel: kernel, alpha: alpha, operator: links, motion: motion)
  let (x0, d0, f0) = (x.detached(), d.detached(), f.detached())
  return plan.product(x0, d0, f0).recorded(jointly: [x, d, f]) { dy, wanted in
    if Tensor.isAnyRecorded(x, d, f, dy) {
      if motion == nil {
        return Tensor.gradients(of: [x, d, f], wanted: wanted, dy) {
          productByOperators($0[0]!, weight: $0[1]!, planes: $0[2]!, kernel: kernel, alpha: alpha, links)
        }
      }
      for tensor in [x, d, f, dy] { tensor.noteReading() }
    }
    let found = plan.gradients(x0, d0, f0, dy, all: wanted[1] || wanted[2])
    return wanted.indices.map { wanted[$0] ? found[$0] : nil }
  }
}

/// As the product above, with a gradient to alpha too, one value: links weakened by α·(F_i − F_j)² are those between the
/// features √α·F.
public func spectralProduct(
  _ x: Tensor, weight d: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Tensor,
  operator links: SpectralGraph.Links = .taylor, motion: SpectralMotion? = nil
) -> Tensor {
  spectralProduct(x, weight: d, pairwise: f * alpha.sqrt(), kernel: kernel, operator: links, motion: motion)
    / alpha
}

/// The degrees M·1 of the pixels: the sums of their links.
///
/// No link of a pixel to itself is below the least of them, and so is no degree. Where links have gone negative (an alpha
/// too large for the Taylor expansion) that least link stands in, so that nothing explodes.
public func spectralDegree(
  weight d: Tensor, pairwise f: Tensor, kernel: [Int] = [3, 7, 7], alpha: Double = 1,
  operator links: SpectralGraph.Links = .taylor, motion: SpectralMotion? = nil
) -> Tensor {
  spectralDegree(
    weight: d, planes: featurePlanes(f, of: d.shape), kernel: kernel, alpha: alpha, operator: links,
    motion: motion)
}

func spectralDegree(
  weight d: Tensor, planes f: Tensor, kernel: [Int], alpha: Double, operator links: SpectralGraph.Links,
  motion: SpectralMotion?
) -> Tensor {
  let degree = spectralProduct(
    Tensor(onesLike: d), weight: d, planes: f, kernel: kernel, alpha: alpha, operator: links, motion: motion)
  let centre = kernel.map { spectralTaps(size: $0)[$0 / 2] }.reduce(1, *)
  let least = d.min().item
  return degree.clamp(min: least * least * centre / alpha)
}

/// The 1-D taps exp(−½ (i/σ)²), σ = (size − 1)/4, of an odd size, normalised to a sum of 1; the 3-D kernel is the product
/// of three of them.
public func spectralTaps(size: Int) -> [Double] {
  require(size > 0 && size % 2 == 1, "spectralTaps: the size \(size) is not odd")
  var taps = [Double](repeating: 0, count: size)
  ck_spectral_taps(Int64(size), &taps)
  return taps
}

/// A spectral step's sizes, checked once, and its motion.
struct SpectralPlan {
  private let sizes: ck_spectral
  private let motion: [Tensor]

  init(
    _ x: Tensor, _ d: Tensor, _ f: Tensor, kernel: [Int], alpha: Double,
    operator links: SpectralGraph.Links, motion: SpectralMotion?
  ) {
    require(
      x.rank == 4 && d.shape == x.shape && Shape(f.shape.suffix(4)) == x.shape,
      "spectral step: x \(x.shape), unary \(d.shape) and planes of features \(f.shape) don't fit together")
    require(
      (x.dtype == .float32 || x.dtype == .float64) && d.dtype == x.dtype && f.dtype == x.dtype,
      "spectral step: x is \(x.dtype), unary \(d.dtype), pairwise \(f.dtype)")
    require(
      kernel.count == 3 && kernel.allSatisfy { $0 > 0 && $0 % 2 == 1 } && alpha > 0,
      "spectral step: a kernel of sizes \(kernel) with alpha \(alpha)")
    let n = x.shape.map(Int64.init), channels = f.rank == 5 ? Int64(f.shape[0]) : 1
    // The kernels count a frame's pixels and their features in 32 bits.
    require(
      n[2] * n[3] * (channels + 1) < Int64(Int32.max) / 2,
      "spectral step: frames of \(n[2])×\(n[3]) pixels and \(channels) channels are too large")
    sizes = ck_spectral(
      batch: n[0], frames: n[1], height: n[2], width: n[3], channels: channels,
      sizes: (Int64(kernel[0]), Int64(kernel[1]), Int64(kernel[2])), alpha: alpha,
      exact: links == .exact ? 1 : 0)
    self.motion =
      motion.map { [$0.forward, $0.backward, $0.forwardAgreement, $0.backwardAgreement] } ?? []
    for tensor in self.motion {
      require(
        Shape(tensor.shape.prefix(4)) == x.shape && tensor.dtype == x.dtype,
        "spectral step: motion of \(tensor.dtype) \(tensor.shape), x of \(x.dtype) \(x.shape)")
    }
  }

  func product(_ x: Tensor, _ d: Tensor, _ f: Tensor) -> Tensor {
    withPointers { sizes, motion in
      Kernel.make("spectral step", x.shape, x.dtype) {
        ck_spectral_product($0, sizes, motion, x.elements, d.elements, f.elements, $1)
      }
    }
  }

  /// The gradients of x, and where all are wanted of d and f.
  func gradients(_ x: Tensor, _ d: Tensor, _ f: Tensor, _ dy: Tensor, all: Bool) -> [Tensor] {
    let gradients = (all ? [x, d, f] : [x]).map { Tensor(uninitialized: $0.shape, $0.dtype) }
    withPointers { sizes, motion in
      Kernel.run("spectral step", on: x.dtype) {
        ck_spectral_gradient(
          $0, sizes, motion, x.elements, d.elements, f.elements, dy.elements, gradients[0].mutableElements,
          all ? gradients[1].mutableElements : nil, all ? gradients[2].mutableElements : nil)
      }
    }
    return gradients
  }

  func withPointers<Result>(
    _ kernel: (UnsafePointer<ck_spectral>, UnsafePointer<ck_spectral_motion>?) -> Result
  ) -> Result {
    withUnsafePointer(to: sizes) { sizes in
      guard !motion.isEmpty else { return kernel(sizes, nil) }
      let elements = motion.map(\.elements)
      let motion = ck_spectral_motion(flow: (elements[0], elements[1]), agreement: (elements[2], elements[3]))
      return withUnsafePointer(to: motion) { kernel(sizes, $0) }
    }
  }
}
