import CSpectral
import Tensor

/// Steps of the random walk on the exact graph, x ← D⁻¹M·x with the degrees D: each pixel takes the mean of its neighbours,
/// weighted by their links. The graph is prepared once; in a step, links are computed only where values differ.
///
/// A value that a step would change by less than 2⁻²⁰, in float64 by less than 2⁻⁴⁹, stays as it is. So n steps differ by n
/// times that at most, as means don't lead apart what they are taken of; and what is the same all around stays the same.
final class SpectralWalk {
  private let walk: OpaquePointer
  private let shape: Shape
  private let dtype: DType
  private let motion: SpectralMotion?

  /// Keeps the weights, all above 0, and the features, `[C, N, T, H, W]` or without C, in a copy, and the motion.
  init(weight d: Tensor, planes f: Tensor, kernel: [Int], alpha: Double, motion: SpectralMotion?) {
    let plan = SpectralPlan(d, d, f, kernel: kernel, alpha: alpha, operator: .exact, motion: motion)
    (shape, dtype, self.motion) = (d.shape, d.dtype, motion)
    walk = plan.withPointers { sizes, motion in
      var walk: OpaquePointer?
      Kernel.run("spectral walk", on: d.dtype) {
        walk = ck_spectral_walk_make($0, sizes, motion, d.elements, f.elements)
        return walk != nil
      }
      return walk!
    }
  }

  deinit { ck_spectral_walk_free(walk) }

  /// The next x, `[N, T, H, W]`.
  func step(_ x: Tensor) -> Tensor {
    require(
      x.shape == shape && x.dtype == dtype,
      "spectral walk: x \(x.dtype) \(x.shape), weights \(dtype) \(shape)")
    return Kernel.make("spectral walk", shape, dtype) { _, y in ck_spectral_walk_step(walk, x.elements, y) }
  }
}
