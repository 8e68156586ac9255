import CSpectral
import Tensor

/// Gaussian filtering of points scattered in a space of few dimensions, in time linear in their number (Adams, Baek and
/// Davis, Fast High-Dimensional Filtering Using the Permutohedral Lattice, Eurographics 2010). An approximation: the
/// kernel is a Gaussian up to a few per cent where points lie close together, and less so far apart in many dimensions.
/// float32.
public final class PermutohedralLattice: @unchecked Sendable {  // nothing changes after it is made
  /// The number of points.
  public let pointCount: Int
  private let lattice: OpaquePointer

  /// The lattice of points at `positions`, `[points, dimensions]`, in units of the Gaussian's standard deviation.
  public init(positions: Tensor) {
    require(
      positions.rank == 2 && positions.shape[1] > 0
        && positions.shape[0] * (positions.shape[1] + 1) <= Int32.max,
      "PermutohedralLattice: positions of shape \(positions.shape)")
    pointCount = positions.shape[0]
    lattice = positions.to(.float32).withUnsafeBytes {
      ck_lattice_make(
        Int64(positions.shape[0]), Int64(positions.shape[1]),
        $0.assumingMemoryBound(to: Float.self).baseAddress)
    }
  }

  deinit { ck_lattice_free(lattice) }

  /// Σ_j exp(−½‖p_i − p_j‖²)·x_j up to a common factor, for `[points, channels]`.
  public func filter(_ x: Tensor) -> Tensor {
    require(
      x.rank == 2 && x.shape[0] == pointCount,
      "PermutohedralLattice.filter: \(x.shape) for \(pointCount) points")
    return Tensor(unsafeUninitialized: x.shape, dtype: .float32) { y in
      x.to(.float32).withUnsafeBytes { x in
        ck_lattice_filter(
          lattice, Int64(y.count / max(1, 4 * pointCount)), x.assumingMemoryBound(to: Float.self).baseAddress,
          y.assumingMemoryBound(to: Float.self).baseAddress)
      }
    }
  }
}
