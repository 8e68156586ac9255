import CKernels

// Activations of the floating-point types, all differentiable.
extension Tensor {
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor { unary(ck_unary_sigmoid) }
  /// log(1 / (1 + e⁻ˣ)), exact in both tails.
  public func logSigmoid() -> Tensor { unary(ck_unary_log_sigmoid) }
  /// log(1 + e^(β·x)) / β, exact in both tails.
  public func softplus(beta: Double = 1) -> Tensor {
    require(beta > 0, "softplus: β is \(beta), not positive")
    return unary(ck_unary_softplus, beta)
  }
  /// x / (1 + |x|).
  public func softsign() -> Tensor { self / (abs() + 1) }
  /// max(x, 0).
  public func relu() -> Tensor { unary(ck_unary_relu) }
  /// min(max(x, 0), 6).
  public func relu6() -> Tensor { unary(ck_unary_relu6) }
  /// x where positive, `slope`·x elsewhere.
  public func leakyReLU(slope: Double = 0.01) -> Tensor {
    // The kernel's gradient tells the sides apart by the output's sign.
    slope >= 0 ? unary(ck_unary_leaky_relu, slope) : Tensor.where(self .> 0, self, self * slope)
  }
  /// x where positive, `slope`·x elsewhere, the slope learned (PReLU): one for all, one per channel `[C]`, or whatever
  /// stretches to the input's shape.
  public func leakyReLU(slope: Tensor) -> Tensor {
    Kernel.requireFloatingPoint(self, "leakyReLU")
    let parameter = slope.parameter(of: self, "leakyReLU").to(dtype)
    let slope = parameter.elementCount == 1 ? parameter.reshape([]) : parameter
    require(
      Shape.broadcast(shape, slope.shape) == shape,
      "leakyReLU: slopes of shape \(slope.shape) for an input of shape \(shape)")
    return relu() + slope * Tensor.where(self .> 0, Tensor(0, dtype: dtype), self)
  }
  /// x where positive, `alpha`·(eˣ − 1) elsewhere.
  public func elu(alpha: Double = 1) -> Tensor {
    alpha >= 0
      ? unary(ck_unary_elu, alpha) : Tensor.where(self .> 0, self, clamp(max: 0).expm1() * alpha)
  }
  /// x where positive, `alpha`·(e^(x / alpha) − 1) elsewhere: smooth at 0 for any alpha (Barron 2017).
  public func celu(alpha: Double = 1) -> Tensor {
    require(alpha > 0, "celu: alpha is \(alpha), not positive")
    return unary(ck_unary_celu, alpha)
  }
  /// The min-linear unit of ATOM's target classifier (Danelljan et al. 2019): x where positive,
  /// m·(e^(x / m) − 1) elsewhere, which falls no lower than −m. That is `celu(alpha: m)`.
  public func mlu(minimum: Double = 0.05) -> Tensor { celu(alpha: minimum) }
  /// λ·elu(x) with the α and λ that keep mean 0 and variance 1 (Klambauer et al. 2017).
  public func selu() -> Tensor { elu(alpha: 1.6732632423543772) * 1.0507009873554805 }
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
}
