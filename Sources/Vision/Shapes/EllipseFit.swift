import CVision
import Foundation

extension RotatedBox {
  /// The rectangle around the ellipse that has the area's moments of the set pixels up to the second, each with its whole
  /// square; nil where none is set.
  public init?(aroundEllipseOf mask: Mask) {
    var sums = [Double](repeating: 0, count: 6)
    ck_mask_moments(Int64(mask.height), Int64(mask.width), mask.values, &sums)
    let area = sums[0]
    guard area > 0 else { return nil }
    let (x, y) = (sums[1] / area, sums[2] / area)
    // A pixel's own square has a variance of 1/12.
    let (xx, xy, yy) = (
      sums[3] / area - x * x + 1.0 / 12, sums[4] / area - x * y, sums[5] / area - y * y + 1.0 / 12
    )
    let (mean, spread) = ((xx + yy) / 2, hypot((xx - yy) / 2, xy))
    // Half an axis of an ellipse is twice the deviation along it.
    self =
      RotatedBox(
        center: Point(x + 0.5, y + 0.5), width: 4 * (mean + spread).squareRoot(),
        height: 4 * max(mean - spread, 0).squareRoot(), angle: atan2(2 * xy, xx - yy) / 2
      ).upright
  }

  /// The rectangle around the ellipse that passes closest to points by algebraic distance (Fitzgibbon, Pilu and Fisher,
  /// "Direct Least Square Fitting of Ellipses", TPAMI 1999; solved as by Halíř and Flusser 1998); nil for fewer than five
  /// points or where they are on a line or not finite.
  public init?(aroundEllipseThrough points: [Point]) {
    guard points.count >= 5 else { return nil }
    let count = Double(points.count)
    let mean = points.reduce(Point(0, 0), +) / count
    let scale = (points.reduce(0) { $0 + ($1 - mean).lengthSquared } / count / 2).squareRoot()
    guard scale.isFinite && scale > 0 else { return nil }
    // Sums of products of the quadratic and of the linear terms, of points around the origin at a distance of about 1.
    var (quadratic, mixed, linear) = (Matrix3(), Matrix3(), Matrix3())
    for point in points.map({ ($0 - mean) / scale }) {
      let squares = SIMD3(point.x * point.x, point.x * point.y, point.y * point.y)
      let plain = SIMD3(point.x, point.y, 1)
      quadratic += Matrix3(squares, squares)
      mixed += Matrix3(squares, plain)
      linear += Matrix3(plain, plain)
    }
    guard let inverse = linear.inverse else { return nil }
    let toLinear = -1 * (inverse * mixed.transposed)
    let reduced = quadratic + mixed * toLinear
    // The constraint 4 a c - b² = 1, inverted.
    let system = Matrix3([reduced.rows[2] / 2, -reduced.rows[1], reduced.rows[0] / 2])
    let solutions = system.realEigenvectors.filter { 4 * $0.x * $0.z - $0.y * $0.y > 0 }
    guard let conic = solutions.first else { return nil }
    self.init(conic: conic, linear: toLinear * conic)
    center = mean + scale * center
    (width, height) = (scale * width, scale * height)
  }

  /// The rectangle around the ellipse a x² + b x y + c y² + d x + e y + f = 0; nil where there is none.
  private init?(conic: SIMD3<Double>, linear: SIMD3<Double>) {
    let (a, b, c) = (conic.x, conic.y, conic.z)
    let (d, e, f) = (linear.x, linear.y, linear.z)
    let determinant = 4 * a * c - b * b
    let center = Point((b * e - 2 * c * d) / determinant, (b * d - 2 * a * e) / determinant)
    let level = -(f + (d * center.x + e * center.y) / 2)
    let (mean, spread) = ((a + c) / 2, hypot((a - c) / 2, b / 2))
    let sign = mean < 0 ? -1.0 : 1.0
    let (first, second) = (level / (sign * mean - spread), level / (sign * mean + spread))
    guard sign * first > 0 && sign * second > 0 else { return nil }
    // The long axis lies where the form is least.
    self =
      RotatedBox(
        center: center, width: 2 * (sign * first).squareRoot(), height: 2 * (sign * second).squareRoot(),
        angle: atan2(-sign * b, sign * (c - a)) / 2
      ).upright
  }
}

extension Point {
  fileprivate var lengthSquared: Double { x * x + y * y }
}
