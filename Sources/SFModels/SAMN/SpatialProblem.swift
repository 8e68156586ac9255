import Tensor

/// What the spatial memory minimises (SAMN, equation 6; Danelljan et al. 2019, equation 4): over its samples x, whose labels
/// are y and which count w each,
///
///     Σ w‖MLU(f ∗ (P x)) − y‖² + λ_f‖f‖² + λ_P‖P‖²
///
/// The filter f answers near 1 where the target is. What it answers below 0 costs little, for MLU cuts that at −.05. P is a
/// 1×1 projection to few channels; without one the samples are projected already.
struct SpatialProblem {
  /// `[1, M, H, W, C]`
  let samples: Tensor
  /// `[1, M, H, W, 1]`
  let labels: Tensor
  /// √w, `[1, M, 1, 1, 1]`
  let weights: Tensor

  private static let filterRegularization = 0.1, projectionRegularization = 1e-4

  init(samples: Tensor, labels: Tensor, importance: Tensor) {
    (self.samples, self.labels) = (samples, labels)
    weights = importance.sqrt().reshape(1, samples.shape[1], 1, 1, 1)
  }

  /// f ∗ x `[1, M, H, W, 1]`, for samples `[1, M, H, W, C]` and a filter `[1, 1, k, k, C, 1]`; an even one's answer belongs to
  /// the upper left corner of its cell.
  static func scores(_ x: Tensor, _ filter: Tensor) -> Tensor {
    x.conv3d(perSample: filter, padding: padding(filter.shape[2]))
  }

  private static func padding(_ size: Int) -> UnevenPadding {
    let after = (size - 1) / 2
    return .uneven(before: [0, size / 2, size / 2], after: [0, after, after])
  }

  /// P x `[1, M, H, W, D]`, for a projection `[1, 1, 1, 1, C, D]`.
  static func projected(_ x: Tensor, _ projection: Tensor) -> Tensor { x.conv3d(perSample: projection) }

  /// The residuals near a filter, and a projection where there is one: `[f]` or `[f, P]`.
  func linearized(at unknowns: Unknowns) -> LinearizedResiduals {
    let f = unknowns[0]
    let projection = unknowns.count > 1 ? unknowns[1] : nil
    let z = projection.map { Self.projected(samples, $0) } ?? samples
    let answer = Self.scores(z, f).mlu()
    // Above 0 MLU is steep by 1, below by e^(20s), which is 20·MLU(s) + 1.
    let slopes = weights * .minimum(20 * answer + 1, 1)
    let size = f.shape[2], padding = Self.padding(size)
    let priors = [Self.filterRegularization, Self.projectionRegularization]

    /// Jd of the data.
    func product(_ d: Unknowns) -> Tensor {
      var change = Self.scores(z, d[0])
      if projection != nil { change += Self.scores(Self.projected(samples, d[1]), f) }
      return slopes * change
    }
    /// Jᵀr, r the data's, and λx.
    func transposed(_ r: Tensor, at x: Unknowns) -> Unknowns {
      let u = slopes * r
      var gradients = [z.convFilterTranspose3d(perSample: u, kernel: [1, size, size], padding: padding)]
      if projection != nil {
        let back = u.convTranspose3d(perSample: f, padding: padding)
        gradients.append(samples.convFilterTranspose3d(perSample: back, kernel: 1))
      }
      return zip(gradients, zip(x, priors)).map { $0 + $1.0 * $1.1 }
    }
    return LinearizedResiduals(
      gradient: transposed(weights * (answer - labels), at: unknowns),
      curvature: { transposed(product($0), at: $0) })
  }

  /// The value of what is minimised.
  func loss(_ unknowns: Unknowns) -> Double {
    let z = unknowns.count > 1 ? Self.projected(samples, unknowns[1]) : samples
    let residuals = weights * (Self.scores(z, unknowns[0]).mlu() - labels)
    let priors = [Self.filterRegularization, Self.projectionRegularization]
    return zip(unknowns, priors).reduce(residuals.squared().sum().item) {
      $0 + $1.1 * $1.0.squared().sum().item
    }
  }
}
