import CKernels

// Comparisons give `bool` tensors, axes stretched as in arithmetic; no gradient flows through them. Where logic takes
// other tensors, whatever is not 0 is true.
extension Tensor {
  /// Elementwise equality.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { Kernel.compare(ck_comparison_equal, a, b, ".==") }
  /// Elementwise inequality.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor {
    Kernel.compare(ck_comparison_not_equal, a, b, ".!=")
  }
  /// Elementwise less-than.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { Kernel.compare(ck_comparison_less, a, b, ".<") }
  /// Elementwise less-than or equal.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor {
    Kernel.compare(ck_comparison_less_equal, a, b, ".<=")
  }
  /// Elementwise greater-than.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { Kernel.compare(ck_comparison_greater, a, b, ".>") }
  /// Elementwise greater-than or equal.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor {
    Kernel.compare(ck_comparison_greater_equal, a, b, ".>=")
  }

  /// Where equal to a number.
  public static func .== (a: Tensor, b: Double) -> Tensor { compare(ck_comparison_equal, a, b, ".==") }
  /// Where different from a number.
  public static func .!= (a: Tensor, b: Double) -> Tensor { compare(ck_comparison_not_equal, a, b, ".!=") }
  /// Where less than a number.
  public static func .< (a: Tensor, b: Double) -> Tensor { compare(ck_comparison_less, a, b, ".<") }
  /// Where at most a number.
  public static func .<= (a: Tensor, b: Double) -> Tensor { compare(ck_comparison_less_equal, a, b, ".<=") }
  /// Where greater than a number.
  public static func .> (a: Tensor, b: Double) -> Tensor { compare(ck_comparison_greater, a, b, ".>") }
  /// Where at least a number.
  public static func .>= (a: Tensor, b: Double) -> Tensor {
    compare(ck_comparison_greater_equal, a, b, ".>=")
  }

  private static func compare(_ comparison: ck_comparison, _ a: Tensor, _ b: Double, _ name: String) -> Tensor
  {
    // A fraction has no place among integers, but does among their values.
    let a = a.dtype.isFloatingPoint ? a : a.to(.float64)
    return Kernel.compare(comparison, a, Tensor(b, dtype: a.dtype), name)
  }

  /// Both.
  public static func .& (a: Tensor, b: Tensor) -> Tensor { (a.truth * b.truth).to(.bool) }
  /// Either.
  public static func .| (a: Tensor, b: Tensor) -> Tensor { (a.truth + b.truth).to(.bool) }
  /// Either, but not both.
  public static func .^ (a: Tensor, b: Tensor) -> Tensor { a.truth .!= b.truth }
  /// Not.
  public static prefix func .! (a: Tensor) -> Tensor { a.truth .== 0 }

  /// 1 where something is not 0, `int32`.
  private var truth: Tensor { to(.bool).to(.int32) }

  /// Where not a number.
  public func isNaN() -> Tensor { self .!= self }
  /// Where infinite, of either sign.
  public func isInfinite() -> Tensor { abs() .== .infinity }
  /// Where equal, or closer to `other` than the sum of a part of |other| and an absolute distance; NaN is close to
  /// nothing. `x.isClose(to: y).isAllTrue` is PyTorch's `allclose`.
  public func isClose(
    to other: Tensor, relativeTolerance: Double = 1e-5, absoluteTolerance: Double = 1e-8
  ) -> Tensor {
    if !dtype.isFloatingPoint {
      return to(.float64).isClose(
        to: other.to(.float64), relativeTolerance: relativeTolerance, absoluteTolerance: absoluteTolerance)
    }
    let distance = (self - other).abs()
    return (self .== other)
      .| distance.isFinite() .& (distance .<= other.abs() * relativeTolerance + absoluteTolerance)
  }
  /// Where neither infinite nor NaN.
  public func isFinite() -> Tensor { abs() .< .infinity }
}

extension Tensor {
  /// `a` where `condition` holds, `b` elsewhere, the three stretched to one shape.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    Kernel.select(condition, a, b).recorded(
      a.edge { [shape = a.shape] dy in Tensor.where(condition, dy, 0).sum(to: shape) },
      b.edge { [shape = b.shape] dy in Tensor.where(condition, 0, dy).sum(to: shape) })
  }

  /// `value` where `condition` holds, this tensor elsewhere.
  public func replacing(where condition: Tensor, with value: Double) -> Tensor {
    Tensor.where(condition, Tensor(value, dtype: dtype), self)
  }
}

extension Kernel {
  static func compare(_ operation: ck_comparison, _ a: Tensor, _ b: Tensor, _ name: String) -> Tensor {
    requireSame(a, b, name)
    if a.dtype == .bfloat16 { return compare(operation, widened(a), widened(b), name) }
    if !a.dtype.isFloatingPoint && a.dtype != .int32 {
      return compare(operation, a.to(.int32), b.to(.int32), name)
    }
    let y = Tensor(uninitialized: broadcast(a, b, name), .bool)
    let walk = Walk(y.shape, a.shape.strides(broadcastTo: y.shape), b.shape.strides(broadcastTo: y.shape))
    run(name, on: a.dtype) {
      ck_compare(
        $0, operation, walk.rank, walk.sizes, a.elements, walk.strides[0], b.elements, walk.strides[1], y.u8)
    }
    return y
  }

  /// `condition ? a : b`, the three broadcast together.
  static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    requireSame(a, b, "where")
    require(condition.dtype == .bool, "where: the condition is \(condition.dtype), not bool")
    let shape = broadcast(condition, Tensor(a, viewedAs: broadcast(a, b, "where")), "where")
    let y = Tensor(uninitialized: shape, a.dtype)
    let walk = Walk(
      shape, condition.shape.strides(broadcastTo: shape), a.shape.strides(broadcastTo: shape),
      b.shape.strides(broadcastTo: shape))
    ck_where(
      Int32(a.dtype.size), walk.rank, walk.sizes, condition.u8, walk.strides[0], a.elements, walk.strides[1],
      b.elements, walk.strides[2], y.mutableElements)
    return y
  }
}
