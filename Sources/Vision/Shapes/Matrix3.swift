import Foundation

/// A matrix of 3×3.
struct Matrix3 {
  var rows: [SIMD3<Double>]

  init(_ rows: [SIMD3<Double>] = Array(repeating: .zero, count: 3)) { self.rows = rows }

  /// The product of a column and a row.
  init(_ column: SIMD3<Double>, _ row: SIMD3<Double>) { rows = (0..<3).map { column[$0] * row } }

  static func + (a: Matrix3, b: Matrix3) -> Matrix3 { Matrix3(zip(a.rows, b.rows).map { $0 + $1 }) }
  static func += (a: inout Matrix3, b: Matrix3) { a = a + b }
  static func * (a: Double, b: Matrix3) -> Matrix3 { Matrix3(b.rows.map { a * $0 }) }

  static func * (a: Matrix3, b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3((a.rows[0] * b).sum(), (a.rows[1] * b).sum(), (a.rows[2] * b).sum())
  }

  static func * (a: Matrix3, b: Matrix3) -> Matrix3 {
    Matrix3(a.rows.map { $0.x * b.rows[0] + $0.y * b.rows[1] + $0.z * b.rows[2] })
  }

  var transposed: Matrix3 { Matrix3((0..<3).map { [rows[0][$0], rows[1][$0], rows[2][$0]] }) }

  /// The products of the other two rows, in the order that makes their matrix the transposed adjugate.
  private var cofactors: [SIMD3<Double>] { (0..<3).map { cross(rows[($0 + 1) % 3], rows[($0 + 2) % 3]) } }

  var determinant: Double { (rows[0] * cofactors[0]).sum() }

  /// The inverse; nil where the matrix is singular to within rounding.
  var inverse: Matrix3? {
    let size = rows.map { ($0 * $0).sum().squareRoot() }.reduce(1, *)
    let determinant = determinant
    guard abs(determinant) > 1e-14 * size else { return nil }
    return 1 / determinant * Matrix3(cofactors).transposed
  }

  /// A vector for each real eigenvalue.
  var realEigenvectors: [SIMD3<Double>] {
    realEigenvalues.map { value in
      let rest = self + -value * Matrix3([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
      // What is normal to all rows; the longest of the products is the least uncertain.
      return rest.cofactors.max { ($0 * $0).sum() < ($1 * $1).sum() }!
    }
  }

  /// The roots of the characteristic polynomial.
  private var realEigenvalues: [Double] {
    let trace = rows[0].x + rows[1].y + rows[2].z
    let minors = (0..<3).reduce(0) { $0 + cofactors[$1][$1] }
    // With λ = trace / 3 + t: t³ - 3 p t - 2 q = 0.
    let shift = trace / 3
    let p = shift * shift - minors / 3
    let q = shift * shift * shift - shift * minors / 2 + determinant / 2
    let discriminant = q * q - p * p * p
    if discriminant <= 0 {
      let angle = acos(min(max(q / (p * p.squareRoot()), -1), 1)) / 3
      let radius = 2 * max(p, 0).squareRoot()
      return p > 0 ? (0..<3).map { shift + radius * cos(angle - 2 * .pi / 3 * Double($0)) } : [shift]
    }
    let root = cbrt(q + (q < 0 ? -1 : 1) * discriminant.squareRoot())
    return [shift + root + p / root]
  }

  private func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }
}
