/// A number that stands beside tensors: `Double`, `Float` or `Int`. It takes on the tensor's element type.
public protocol RealNumber: Sendable {
  /// The number as a `Double`.
  var doubleValue: Double { get }
  /// The number that a `Double` is, or is rounded to.
  init(_ value: Double)
}

extension Double: RealNumber {
  /// The number itself.
  public var doubleValue: Double { self }
}

extension Float: RealNumber {
  /// The number as a `Double`.
  public var doubleValue: Double { Double(self) }
}

extension Int: RealNumber {
  /// The number as a `Double`.
  public var doubleValue: Double { Double(self) }
}

// Arithmetic and comparisons take a `Float` or an `Int` as they take a `Double`, which is tried first, so that literals
// and `.pi` are of that type and large expressions compile fast.
extension Tensor {
  /// A number added to every element.
  @_disfavoredOverload
  public static func + (x: Tensor, y: some RealNumber) -> Tensor { x + y.doubleValue }
  /// A number added to every element.
  @_disfavoredOverload
  public static func + (x: some RealNumber, y: Tensor) -> Tensor { x.doubleValue + y }
  /// A number subtracted from every element.
  @_disfavoredOverload
  public static func - (x: Tensor, y: some RealNumber) -> Tensor { x - y.doubleValue }
  /// Every element subtracted from a number.
  @_disfavoredOverload
  public static func - (x: some RealNumber, y: Tensor) -> Tensor { x.doubleValue - y }
  /// Every element times a number.
  @_disfavoredOverload
  public static func * (x: Tensor, y: some RealNumber) -> Tensor { x * y.doubleValue }
  /// Every element times a number.
  @_disfavoredOverload
  public static func * (x: some RealNumber, y: Tensor) -> Tensor { x.doubleValue * y }
  /// Every element divided by a number.
  @_disfavoredOverload
  public static func / (x: Tensor, y: some RealNumber) -> Tensor { x / y.doubleValue }
  /// A number divided by every element.
  @_disfavoredOverload
  public static func / (x: some RealNumber, y: Tensor) -> Tensor { x.doubleValue / y }

  /// Adds a number in place.
  @_disfavoredOverload
  public static func += (x: inout Tensor, y: some RealNumber) { x += y.doubleValue }
  /// Subtracts a number in place.
  @_disfavoredOverload
  public static func -= (x: inout Tensor, y: some RealNumber) { x -= y.doubleValue }
  /// Multiplies by a number in place.
  @_disfavoredOverload
  public static func *= (x: inout Tensor, y: some RealNumber) { x *= y.doubleValue }
  /// Divides by a number in place.
  @_disfavoredOverload
  public static func /= (x: inout Tensor, y: some RealNumber) { x /= y.doubleValue }

  /// Where equal to a number.
  @_disfavoredOverload
  public static func .== (a: Tensor, b: some RealNumber) -> Tensor { a .== b.doubleValue }
  /// Where different from a number.
  @_disfavoredOverload
  public static func .!= (a: Tensor, b: some RealNumber) -> Tensor { a .!= b.doubleValue }
  /// Where less than a number.
  @_disfavoredOverload
  public static func .< (a: Tensor, b: some RealNumber) -> Tensor { a .< b.doubleValue }
  /// Where at most a number.
  @_disfavoredOverload
  public static func .<= (a: Tensor, b: some RealNumber) -> Tensor { a .<= b.doubleValue }
  /// Where greater than a number.
  @_disfavoredOverload
  public static func .> (a: Tensor, b: some RealNumber) -> Tensor { a .> b.doubleValue }
  /// Where at least a number.
  @_disfavoredOverload
  public static func .>= (a: Tensor, b: some RealNumber) -> Tensor { a .>= b.doubleValue }

  /// `a` where `condition` holds, a number elsewhere.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: some RealNumber) -> Tensor {
    .where(condition, a, Tensor(b, dtype: a.dtype))
  }
  /// A number where `condition` holds, `b` elsewhere.
  public static func `where`(_ condition: Tensor, _ a: some RealNumber, _ b: Tensor) -> Tensor {
    .where(condition, Tensor(a, dtype: b.dtype), b)
  }
  /// The smaller of each element and a number.
  public static func minimum(_ a: Tensor, _ b: some RealNumber) -> Tensor {
    minimum(a, Tensor(b, dtype: a.dtype))
  }
  /// The larger of each element and a number.
  public static func maximum(_ a: Tensor, _ b: some RealNumber) -> Tensor {
    maximum(a, Tensor(b, dtype: a.dtype))
  }

  /// Every element to the power of a number.
  @_disfavoredOverload
  public func pow(_ exponent: some RealNumber) -> Tensor { pow(exponent.doubleValue) }
  /// What is left of a division to the floor, with the sign of the divisor.
  @_disfavoredOverload
  public func remainder(_ divisor: some RealNumber) -> Tensor { remainder(divisor.doubleValue) }
}
