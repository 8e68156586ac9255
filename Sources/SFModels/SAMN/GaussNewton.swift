import Tensor

/// Unknowns of a least-squares problem: several tensors, taken as one vector.
typealias Unknowns = [Tensor]

/// Residuals r near some unknowns, as far as a Gauss–Newton step needs them.
struct LinearizedResiduals {
  /// Jᵀr.
  let gradient: Unknowns
  /// d ↦ JᵀJd.
  let curvature: (Unknowns) -> Unknowns
}

/// Unknowns that make ‖r‖² small, by so many steps of Gauss–Newton: each solves JᵀJd = −Jᵀr by so many iterations of
/// conjugate gradients (Danelljan et al. 2019, §3.2).
func gaussNewton(
  from start: Unknowns, steps: Int, iterations: Int, _ linearized: (Unknowns) -> LinearizedResiduals
) -> Unknowns {
  (0..<steps).reduce(start) { x, _ in
    let residuals = linearized(x)
    let d = conjugateGradients(
      residuals.gradient.map { -$0 }, iterations: iterations, residuals.curvature)
    return zip(x, d).map { $0 + $1 }
  }
}

/// An approximate solution of Ax = b, for a symmetric positive definite A, from x = 0 on. The directions are conjugate by
/// β = ⟨r', r' − r⟩/⟨r, r⟩ (Polak & Ribière 1969), which where it is negative is 0: then the search starts afresh.
func conjugateGradients(_ b: Unknowns, iterations: Int, _ product: (Unknowns) -> Unknowns) -> Unknowns {
  var x = b.map { Tensor(zerosLike: $0) }
  var (residual, direction) = (b, b)
  var length = dot(residual, residual)
  for _ in 0..<iterations where length > 0 {
    let image = product(direction)
    let curvature = dot(direction, image)
    guard curvature > 0 else { break }
    let step = dot(residual, direction) / curvature
    x = zip(x, direction).map { $0 + step * $1 }
    let next = zip(residual, image).map { $0 - step * $1 }
    let beta = max(0, (dot(next, next) - dot(next, residual)) / length)
    direction = zip(next, direction).map { $0 + beta * $1 }
    (residual, length) = (next, dot(next, next))
  }
  return x
}

private func dot(_ a: Unknowns, _ b: Unknowns) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 * $1.1).sum().item }
}
