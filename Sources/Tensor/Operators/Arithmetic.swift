import CKernels

// Binary operators stretch axes of size 1 to their partner's, aligned at the last axis. Arithmetic on integers stays in
// their type, and wraps beyond its ends, as NumPy's and PyTorch's does.
extension Tensor {
  /// The elementwise sum.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    Kernel.binary(ck_binary_add, a, b, "+").recorded(
      a.edge { [shape = a.shape] dy in dy.sum(to: shape) },
      b.edge { [shape = b.shape] dy in dy.sum(to: shape) })
  }

  /// The elementwise difference.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    Kernel.binary(ck_binary_subtract, a, b, "-").recorded(
      a.edge { [shape = a.shape] dy in dy.sum(to: shape) },
      b.edge { [shape = b.shape] dy in (-dy).sum(to: shape) })
  }

  /// The elementwise product.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    Kernel.binary(ck_binary_multiply, a, b, "*").recorded(
      a.edge { [shape = a.shape] dy in (dy * b).sum(to: shape) },
      b.edge { [shape = b.shape] dy in (dy * a).sum(to: shape) })
  }

  /// The elementwise quotient; integers are cut off, and by zero give 0.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    Kernel.binary(ck_binary_divide, a, b, "/").recorded(
      a.edge { [shape = a.shape] dy in (dy / b).sum(to: shape) },
      b.edge { [shape = b.shape] dy in (-dy * (a / b / b)).sum(to: shape) })
  }

  /// `self` to the power of `exponent`, elementwise. Where the base is 0 and the exponent is not negative, the exponent's
  /// gradient is 0.
  public func pow(_ exponent: Tensor) -> Tensor {
    // Where a slope is told to be 0, what it would be computed from is replaced, so that it has derivatives too.
    Kernel.binary(ck_binary_pow, self, exponent, "pow").recorded { y in
      [
        edge { [x = self] dy in
          let isFlat = exponent .== 0
          let power = Tensor.where(isFlat, 1, x).pow(exponent.replacing(where: isFlat, with: 1) - 1)
          return (dy * (exponent * power)).sum(to: x.shape)
        },
        exponent.edge { [x = self] dy in
          let base = Tensor.where((x .== 0) .& (exponent .>= 0), 1, x)
          return (dy * (y * base.log())).sum(to: exponent.shape)
        },
      ]
    }
  }

  /// What is left of a division to the floor, with the sign of the divisor: a − ⌊a/b⌋ b. Of integers, by
  /// zero, 0.
  public func remainder(_ divisor: Tensor) -> Tensor {
    let y = Kernel.binary(ck_binary_remainder, self, divisor, "remainder")
    return y.recorded(
      edge { [shape] dy in dy.sum(to: shape) },
      divisor.edge { [x = self] dy in
        // The quotient that was taken, which rounding may keep x / divisor from.
        let ofInfinite = (x.sign() * divisor.sign()).clamp(max: 0)
        let quotient = Tensor.where(divisor.isInfinite(), ofInfinite, ((x - y) / divisor).round())
        return (-dy * quotient).sum(to: divisor.shape)
      })
  }

  /// What is left of a division to the floor, with the sign of the divisor.
  public func remainder(_ divisor: Double) -> Tensor { remainder(Tensor(divisor, dtype: dtype)) }

  /// The angle of the point (x, y) in radians, from −π to π. At (0, 0), where it has no slope, the gradient is 0.
  public static func atan2(_ y: Tensor, _ x: Tensor) -> Tensor {
    Kernel.requireFloatingPoint(y, "atan2")
    // A coordinate over the squared distance, whose squares neither overflow nor vanish.
    func overSquare(_ coordinate: Tensor) -> Tensor {
      let largest = maximum(x.detached().abs(), y.detached().abs())
      let size = largest.replacing(where: (largest .== 0) .| largest.isInfinite(), with: .infinity)
      let (u, v) = (x / size, y / size)
      let square = (u * u + v * v).replacing(where: size .== .infinity, with: 1)
      return (coordinate / size / square / size).replacing(where: size .== .infinity, with: 0)
    }
    return Kernel.binary(ck_binary_atan2, y, x, "atan2").recorded(
      y.edge { d in (d * overSquare(x)).sum(to: y.shape) },
      x.edge { d in (-d * overSquare(y)).sum(to: x.shape) })
  }

  /// The smaller of each pair; where equal, each gets half of the gradient.
  public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    extreme(ck_binary_minimum, a, b, "minimum")
  }

  /// The larger of each pair; where equal, each gets half of the gradient.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    extreme(ck_binary_maximum, a, b, "maximum")
  }

  private static func extreme(_ operation: ck_binary, _ a: Tensor, _ b: Tensor, _ name: String) -> Tensor {
    let y = Kernel.binary(operation, a, b, name)
    func share(_ mine: Tensor, _ other: Tensor, _ dy: Tensor) -> Tensor {
      let whole = Tensor.where(mine .== y, dy, 0)
      return Tensor.where(mine .== other, dy * 0.5, whole).sum(to: mine.shape)
    }
    return y.recorded(a.edge { dy in share(a, b, dy) }, b.edge { dy in share(b, a, dy) })
  }

  /// The negative.
  public static prefix func - (x: Tensor) -> Tensor { x.unary(ck_unary_negate) }

  /// A number added to every element.
  public static func + (x: Tensor, y: Double) -> Tensor { x.unary(ck_unary_add_scalar, y) }
  /// A number added to every element.
  public static func + (x: Double, y: Tensor) -> Tensor { y + x }
  /// A number subtracted from every element.
  public static func - (x: Tensor, y: Double) -> Tensor { x + (-y) }
  /// Every element subtracted from a number.
  public static func - (x: Double, y: Tensor) -> Tensor { -y + x }
  /// Every element times a number.
  public static func * (x: Tensor, y: Double) -> Tensor { x.unary(ck_unary_multiply_scalar, y) }
  /// Every element times a number.
  public static func * (x: Double, y: Tensor) -> Tensor { y * x }
  /// Every element divided by a number.
  public static func / (x: Tensor, y: Double) -> Tensor { x.unary(ck_unary_divide_by_scalar, y) }
  /// A number divided by every element.
  public static func / (x: Double, y: Tensor) -> Tensor { y.unary(ck_unary_scalar_divided, x) }

  /// Adds in place.
  public static func += (x: inout Tensor, y: Tensor) { x = x + y }
  /// Adds a number in place.
  public static func += (x: inout Tensor, y: Double) { x = x + y }
  /// Subtracts in place.
  public static func -= (x: inout Tensor, y: Tensor) { x = x - y }
  /// Subtracts a number in place.
  public static func -= (x: inout Tensor, y: Double) { x = x - y }
  /// Multiplies in place.
  public static func *= (x: inout Tensor, y: Tensor) { x = x * y }
  /// Multiplies by a number in place.
  public static func *= (x: inout Tensor, y: Double) { x = x * y }
  /// Divides in place.
  public static func /= (x: inout Tensor, y: Tensor) { x = x / y }
  /// Divides by a number in place.
  public static func /= (x: inout Tensor, y: Double) { x = x / y }
}
