import COpenBLAS
import Foundation
import Tensor

/// The largest eigenvalue of a symmetric matrix and its eigenvector.
public struct LeadingEigenvector: Sendable {
  /// The largest eigenvalue λ.
  public let value: Double
  /// The eigenvector x, float64, of Euclidean norm 1, signed so that its sum is not negative.
  public let vector: Tensor
  /// ‖M·x − λ·x‖ / |λ|.
  public let residual: Double
  /// The number of products with the matrix; none for a direct solution.
  public let iterations: Int

  /// An eigenvector as found, of any length and sign.
  init(value: Double, found: Tensor, iterations: Int, product: (Tensor) -> Tensor) {
    let norm = found.norm().item
    vector = found / (found.sum().item < 0 ? -norm : norm)
    residual = (product(vector) - value * vector).norm().item / abs(value)
    (self.value, self.iterations) = (value, iterations)
  }

  /// Of a symmetric matrix `[n, n]`, by LAPACK (`dsyevr`, the largest eigenvalue only): n³ operations and n²
  /// memory.
  public init(of matrix: Tensor) {
    require(
      matrix.rank == 2 && matrix.shape[0] == matrix.shape[1] && matrix.shape[0] > 0,
      "LeadingEigenvector: a matrix of shape \(matrix.shape)")
    let n = Int32(matrix.shape[0])
    var entries = matrix.array(of: Double.self)
    var vector = [Double](repeating: 0, count: Int(n))
    var values = vector
    var (found, support) = (Int32(0), [Int32](repeating: 0, count: 2))
    let status = LAPACKE_dsyevr(
      LAPACK_COL_MAJOR, 86 /* V */, 73 /* I */, 85 /* U */, n, &entries, n, 0, 0, n, n, 0, &found, &values,
      &vector, n, &support)
    require(status == 0 && found == 1, "LeadingEigenvector: LAPACK's dsyevr ended with \(status)")
    self.init(value: values[0], found: Tensor(vector), iterations: 0) {
      matrix.to(.float64).matmul($0.expandingAxis(1)).squeezed(axis: 1)
    }
  }
}

extension Tensor {
  /// The angle in degrees to another tensor of this shape, 0…90: signs and lengths don't matter.
  public func angle(to other: Tensor) -> Double {
    require(shape == other.shape, "angle: \(shape) and \(other.shape)")
    let (a, b) = (to(.float64), other.to(.float64))
    let (u, v) = (a / a.norm(), b / b.norm())
    // The half angle's tangent from sum and difference: an arc cosine would lose small angles to rounding.
    let (apart, sum) = ((u - v).norm().item, (u + v).norm().item)
    return 2 * Foundation.atan2(Swift.min(apart, sum), Swift.max(apart, sum)) * 180 / .pi
  }
}
