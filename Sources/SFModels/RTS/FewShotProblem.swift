import Tensor

/// What a few-shot learner minimises for each sequence (RTS, equations 1 and 2):
///
///     L(f) = ½ ‖ρ(T_f(x))‖² + ½ ‖λf‖²
///
/// T_f(x), the scores, are the convolution of the sequence's samples x with its filters f; ρ takes each score for itself.
struct FewShotProblem: Sendable {
  /// The samples of each sequence, `[N, M, H, W, C]`.
  let samples: Tensor
  /// Zeros around the samples.
  let padding: Int
  /// λ, one value.
  let regularization: Tensor
  /// From the scores to the residuals ρ(s) and their slopes ρ'(s), all `[N, M, H', W', O]`.
  let data: @Sendable (_ scores: Tensor) -> (residuals: Tensor, slopes: Tensor)

  /// Residuals of the data `[N, M, H', W', O]` and of the regularisation `[N, kH, kW, C, O]`.
  struct Residuals {
    let data: Tensor
    let prior: Tensor

    /// ‖r‖² of each sequence, `[N, 1, 1, 1, 1]`.
    var squaredNorm: Tensor { data.squaredNorm + prior.squaredNorm }
  }

  /// The residuals at some filters, and how they change with these: their Jacobian J.
  struct Linearization {
    fileprivate let problem: FewShotProblem
    let residuals: Residuals
    fileprivate let slopes: Tensor

    /// J·d = (ρ'(s) ⊙ T_d(x), λd).
    func product(_ direction: Tensor) -> Residuals {
      product(direction, scores: problem.scores(of: direction))
    }

    fileprivate func product(_ direction: Tensor, scores: Tensor) -> Residuals {
      Residuals(data: slopes * scores, prior: problem.regularization * direction)
    }

    /// Jᵀ·r: the convolution's transpose by the filters of ρ'(s) ⊙ r, and λr.
    func transposedProduct(_ r: Residuals) -> Tensor {
      let (kernel, padding) = ([1, r.prior.shape[1], r.prior.shape[2]], problem.padding)
      return problem.samples.convFilterTranspose3d(
        perSample: slopes * r.data, kernel: kernel, padding: [0, padding, padding]
      ).squeezed(axis: 1) + problem.regularization * r.prior
    }
  }

  /// T_f(x) `[N, M, H', W', O]`, for filters `[N, kH, kW, C, O]`.
  func scores(of filters: Tensor) -> Tensor { samples.scores(of: filters, padding: padding) }

  /// The residuals and their Jacobian at some filters.
  func linearized(at filters: Tensor) -> Linearization {
    linearized(at: filters, scores: scores(of: filters))
  }

  private func linearized(at filters: Tensor, scores: Tensor) -> Linearization {
    let (residuals, slopes) = data(scores)
    return Linearization(
      problem: self, residuals: Residuals(data: residuals, prior: regularization * filters), slopes: slopes)
  }

  /// L of each sequence, `[N]`.
  func loss(_ filters: Tensor) -> Tensor { linearized(at: filters).residuals.squaredNorm.flattened() / 2 }

  /// The filters after each step of steepest descent, those it starts from first. With g = Jᵀr the step f ← f − αg is the
  /// best along g for the linearised residuals: α = ‖g‖² / ‖Jg‖² (Bhat et al. 2019, §3.3; Bhat et al. 2020, equation 5).
  /// The steps are differentiable, in the samples and in all that ρ holds.
  func steepestDescent(from start: Tensor, steps: Int) -> [Tensor] {
    var (filters, scores) = (start, scores(of: start))
    var path = [start]
    for _ in 0..<steps {
      let linearization = linearized(at: filters, scores: scores)
      let g = linearization.transposedProduct(linearization.residuals)
      let change = self.scores(of: g)
      let h = linearization.product(g, scores: change)
      let step = g.squaredNorm / .maximum(h.squaredNorm, 1e-8)
      // T is linear in its filters, so that its scores need no convolution of their own.
      (filters, scores) = (filters - step * g, scores - step * change)
      path.append(filters)
    }
    return path
  }
}

extension Tensor {
  /// T_f(x) `[N, M, H', W', O]`: these samples `[N, M, H, W, C]` filtered by their sequence's filters `[N, kH, kW, C, O]`.
  func scores(of filters: Tensor, padding: Int) -> Tensor {
    conv3d(perSample: filters.expandingAxis(1), padding: [0, padding, padding])
  }

  /// ‖x‖² of each sample, all axes kept.
  fileprivate var squaredNorm: Tensor { squared().sum(axis: Array(1..<rank), keepingAxes: true) }
}
