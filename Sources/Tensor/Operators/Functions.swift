import CKernels

// Elementwise functions, float32 and float64, all differentiable.
extension Tensor {
  /// |x|; the gradient at 0 is 0.
  public func abs() -> Tensor { unary(ck_unary_absolute) }
  /// −1, 0 or 1.
  public func sign() -> Tensor { unary(ck_unary_sign) }
  /// x².
  public func squared() -> Tensor { unary(ck_unary_square) }
  /// 1 / x.
  public func reciprocal() -> Tensor { unary(ck_unary_reciprocal) }
  /// √x; the gradient at 0 is infinite.
  public func sqrt() -> Tensor { unary(ck_unary_square_root) }
  /// 1 / √x.
  public func rsqrt() -> Tensor { unary(ck_unary_reciprocal_square_root) }
  /// eˣ.
  public func exp() -> Tensor { unary(ck_unary_exponential) }
  /// eˣ − 1, exact near 0.
  public func expm1() -> Tensor { unary(ck_unary_expm1) }
  /// The natural logarithm.
  public func log() -> Tensor { unary(ck_unary_logarithm) }
  /// log(1 + x), exact near 0.
  public func log1p() -> Tensor { unary(ck_unary_log1p) }
  /// The sine, x in radians.
  public func sin() -> Tensor { unary(ck_unary_sine) }
  /// The cosine, x in radians.
  public func cos() -> Tensor { unary(ck_unary_cosine) }
  /// The tangent, x in radians.
  public func tan() -> Tensor { unary(ck_unary_tangent) }
  /// The inverse sine, in radians.
  public func asin() -> Tensor { unary(ck_unary_arcsine) }
  /// The inverse cosine, in radians.
  public func acos() -> Tensor { unary(ck_unary_arccosine) }
  /// The inverse tangent, in radians.
  public func atan() -> Tensor { unary(ck_unary_arctangent) }
  /// The hyperbolic sine.
  public func sinh() -> Tensor { unary(ck_unary_sinh) }
  /// The hyperbolic cosine.
  public func cosh() -> Tensor { unary(ck_unary_cosh) }
  /// The inverse hyperbolic sine.
  public func asinh() -> Tensor { unary(ck_unary_arsinh) }
  /// The inverse hyperbolic cosine.
  public func acosh() -> Tensor { unary(ck_unary_arcosh) }
  /// The inverse hyperbolic tangent.
  public func atanh() -> Tensor { unary(ck_unary_artanh) }
  /// The hyperbolic tangent.
  public func tanh() -> Tensor { unary(ck_unary_tanh) }
  /// The error function.
  public func erf() -> Tensor { unary(ck_unary_erf) }
  /// x to a fixed power.
  public func pow(_ exponent: Double) -> Tensor { unary(ck_unary_power_scalar, exponent) }
  /// The largest integer not above x; its gradient is 0.
  public func floor() -> Tensor { unary(ck_unary_floor) }
  /// The smallest integer not below x; its gradient is 0.
  public func ceil() -> Tensor { unary(ck_unary_ceil) }
  /// The nearest integer, halves to even; its gradient is 0.
  public func round() -> Tensor { unary(ck_unary_round) }

  /// x held within bounds; the gradient passes where x lies within, the bounds included.
  public func clamp(_ low: Double = -.infinity, _ high: Double = .infinity) -> Tensor {
    precondition(low <= high, "clamp: the lower bound \(low) exceeds the upper one, \(high)")
    return unary(ck_unary_clamp, low, high)
  }
}

// Activations.
extension Tensor {
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor { unary(ck_unary_sigmoid) }
  /// log(1 / (1 + e⁻ˣ)), exact in both tails.
  public func logSigmoid() -> Tensor { unary(ck_unary_log_sigmoid) }
  /// log(1 + eˣ), exact in both tails.
  public func softplus() -> Tensor { unary(ck_unary_softplus) }
  /// max(x, 0).
  public func relu() -> Tensor { unary(ck_unary_relu) }
  /// min(max(x, 0), 6).
  public func relu6() -> Tensor { unary(ck_unary_relu6) }
  /// x where positive, `slope`·x elsewhere.
  public func leakyReLU(slope: Double = 0.01) -> Tensor { unary(ck_unary_leaky_relu, slope) }
  /// x where positive, `alpha`·(eˣ − 1) elsewhere.
  public func elu(alpha: Double = 1) -> Tensor { unary(ck_unary_elu, alpha) }
  /// x·Φ(x), Φ the normal distribution's cumulative one; or its approximation through tanh.
  public func gelu(approximate: Bool = false) -> Tensor {
    unary(approximate ? ck_unary_gelu_tanh : ck_unary_gelu)
  }
  /// x·sigmoid(x), also named swish.
  public func silu() -> Tensor { unary(ck_unary_silu) }
  /// x·tanh(softplus(x)).
  public func mish() -> Tensor { unary(ck_unary_mish) }
  /// relu6(x + 3) / 6.
  public func hardSigmoid() -> Tensor { unary(ck_unary_hard_sigmoid) }
  /// x·relu6(x + 3) / 6.
  public func hardSwish() -> Tensor { unary(ck_unary_hard_swish) }

  /// e^x over its sum along an axis.
  public func softmax(axis: Int = -1) -> Tensor { softmax(axis: axis, log: false) }
  /// The logarithm of the softmax along an axis.
  public func logSoftmax(axis: Int = -1) -> Tensor { softmax(axis: axis, log: true) }

  private func softmax(axis: Int, log: Bool) -> Tensor {
    let axis = shape.axis(axis)
    guard axis == rank - 1 else {
      return swappingAxes(axis, -1).softmax(axis: -1, log: log).swappingAxes(axis, -1)
    }
    let y = Kernel.softmax(self, log: log)
    return y.recorded(edge { dy in Kernel.softmaxGradient(y, dy, log: log) })
  }
}
