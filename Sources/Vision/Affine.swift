import Foundation
import Tensor

/// A position (x, y) in the coordinates of `Box`.
public typealias Point = SIMD2<Double>

/// An affine map of the plane, `(x, y) → (a x + b y + tx, c x + d y + ty)`, in the coordinates of `Box`:
/// x to the right, y down, the image's top-left corner at the origin, pixel centres at halves.
public struct Affine: Sendable, Equatable {
  /// The linear part, row by row.
  public var a: Double, b: Double, c: Double, d: Double
  /// The translation.
  public var tx: Double, ty: Double

  /// A map of its coefficients.
  public init(a: Double, b: Double, c: Double, d: Double, tx: Double, ty: Double) {
    (self.a, self.b, self.c, self.d, self.tx, self.ty) = (a, b, c, d, tx, ty)
  }

  /// The map that changes nothing.
  public static let identity = Affine(a: 1, b: 0, c: 0, d: 1, tx: 0, ty: 0)

  /// A translation.
  public static func translation(_ x: Double, _ y: Double) -> Affine {
    Affine(a: 1, b: 0, c: 0, d: 1, tx: x, ty: y)
  }

  /// A scaling about the origin.
  public static func scale(_ x: Double, _ y: Double) -> Affine {
    Affine(a: x, b: 0, c: 0, d: y, tx: 0, ty: 0)
  }

  /// A rotation about the origin by an angle in radians, clockwise on the screen.
  public static func rotation(_ angle: Double) -> Affine {
    Affine(a: cos(angle), b: -sin(angle), c: sin(angle), d: cos(angle), tx: 0, ty: 0)
  }

  /// This map followed by another.
  public func then(_ next: Affine) -> Affine {
    Affine(
      a: next.a * a + next.b * c, b: next.a * b + next.b * d,
      c: next.c * a + next.d * c, d: next.c * b + next.d * d,
      tx: next.a * tx + next.b * ty + next.tx, ty: next.c * tx + next.d * ty + next.ty)
  }

  /// The map the other way round; the linear part must not be singular.
  public var inverse: Affine {
    let determinant = a * d - b * c
    require(determinant != 0, "Affine.inverse: \(self) is singular")
    let (p, q, r, s) = (d / determinant, -b / determinant, -c / determinant, a / determinant)
    return Affine(a: p, b: q, c: r, d: s, tx: -(p * tx + q * ty), ty: -(r * tx + s * ty))
  }

  /// The image of a point.
  public func callAsFunction(_ x: Double, _ y: Double) -> Point {
    Point(a * x + b * y + tx, c * x + d * y + ty)
  }

  var coefficients: [Double] { [a, b, tx, c, d, ty] }
}
