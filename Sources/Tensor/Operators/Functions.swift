import CKernels

// Elementwise functions of the floating-point types, all differentiable. Those of steps are constants to a recording.
extension Tensor {
  /// |x|; the gradient at 0 is 0.
  public func abs() -> Tensor { unary(ck_unary_abs) }
  /// −1, 0 or 1; its gradient is 0.
  public func sign() -> Tensor { detached().unary(ck_unary_sign) }
  /// x².
  public func squared() -> Tensor { unary(ck_unary_squared) }
  /// 1 / x.
  public func reciprocal() -> Tensor { unary(ck_unary_reciprocal) }
  /// √x; the gradient at 0 is infinite.
  public func sqrt() -> Tensor { unary(ck_unary_sqrt) }
  /// 1 / √x.
  public func rsqrt() -> Tensor { unary(ck_unary_rsqrt) }
  /// eˣ.
  public func exp() -> Tensor { unary(ck_unary_exp) }
  /// eˣ − 1, exact near 0.
  public func expm1() -> Tensor { unary(ck_unary_expm1) }
  /// The natural logarithm.
  public func log() -> Tensor { unary(ck_unary_log) }
  /// log(1 + x), exact near 0.
  public func log1p() -> Tensor { unary(ck_unary_log1p) }
  /// The sine, x in radians.
  public func sin() -> Tensor { unary(ck_unary_sin) }
  /// The cosine, x in radians.
  public func cos() -> Tensor { unary(ck_unary_cos) }
  /// The tangent, x in radians.
  public func tan() -> Tensor { unary(ck_unary_tan) }
  /// The inverse sine, in radians.
  public func asin() -> Tensor { unary(ck_unary_asin) }
  /// The inverse cosine, in radians.
  public func acos() -> Tensor { unary(ck_unary_acos) }
  /// The inverse tangent, in radians.
  public func atan() -> Tensor { unary(ck_unary_atan) }
  /// The hyperbolic sine.
  public func sinh() -> Tensor { unary(ck_unary_sinh) }
  /// The hyperbolic cosine.
  public func cosh() -> Tensor { unary(ck_unary_cosh) }
  /// The inverse hyperbolic sine.
  public func asinh() -> Tensor { unary(ck_unary_asinh) }
  /// The inverse hyperbolic cosine.
  public func acosh() -> Tensor { unary(ck_unary_acosh) }
  /// The inverse hyperbolic tangent.
  public func atanh() -> Tensor { unary(ck_unary_atanh) }
  /// The hyperbolic tangent.
  public func tanh() -> Tensor { unary(ck_unary_tanh) }
  /// The error function.
  public func erf() -> Tensor { unary(ck_unary_erf) }
  /// x to a fixed power.
  public func pow(_ exponent: Double) -> Tensor { unary(ck_unary_pow, exponent) }
  /// The largest integer not above x; its gradient is 0.
  public func floor() -> Tensor { detached().unary(ck_unary_floor) }
  /// The smallest integer not below x; its gradient is 0.
  public func ceil() -> Tensor { detached().unary(ck_unary_ceil) }
  /// The integer part: x rounded toward 0; its gradient is 0.
  public func trunc() -> Tensor { detached().unary(ck_unary_trunc) }
  /// The nearest integer, halves to even; its gradient is 0.
  public func round() -> Tensor { detached().unary(ck_unary_round) }

  /// x held within bounds, the upper one where they cross; the gradient passes where x lies within, the bounds included.
  public func clamp(min: Double = -.infinity, max: Double = .infinity) -> Tensor {
    unary(ck_unary_clamp, Swift.min(min, max), max)
  }
}
