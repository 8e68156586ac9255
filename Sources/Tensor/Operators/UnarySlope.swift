import CKernels

/// The way back through an elementwise function: the gradient of its output times its slope, which is found from the input
/// or from the output.
struct UnarySlope {
  let operation: ck_unary
  let p: Double, q: Double
  let input: Tensor?
  let output: Tensor?

  /// In one kernel, unless the slope has derivatives that are asked for.
  func callAsFunction(_ dy: Tensor) -> Tensor {
    if let value = input ?? output, !isPiecewiseConstant && value.isRecorded {
      return dy * slope(of: value)
    }
    let dx = Kernel.unaryGradient(operation, input: input, output: output, dy, p, q)
    return dy.isRecorded ? dx.recorded(dy.edge { self($0) }) : dx
  }

  private var isPiecewiseConstant: Bool {
    switch operation {
    case ck_unary_abs, ck_unary_relu, ck_unary_leaky_relu, ck_unary_relu6, ck_unary_hard_sigmoid,
      ck_unary_clamp:
      true
    default: false
    }
  }

  /// The slope by other operators: of the output's value in those functions that keep it, of the input's in the others.
  private func slope(of v: Tensor) -> Tensor {
    switch operation {
    case ck_unary_squared: return 2 * v
    case ck_unary_reciprocal: return -v.squared()
    case ck_unary_sqrt: return 0.5 / v
    case ck_unary_rsqrt: return -0.5 * v * v.squared()
    case ck_unary_exp: return v
    case ck_unary_expm1: return v + 1
    case ck_unary_log: return v.reciprocal()
    case ck_unary_log1p: return (v + 1).reciprocal()
    case ck_unary_sin: return v.cos()
    case ck_unary_cos: return -v.sin()
    case ck_unary_tan: return 1 + v.squared()
    case ck_unary_asin: return (1 - v.squared()).rsqrt()
    case ck_unary_acos: return -(1 - v.squared()).rsqrt()
    case ck_unary_atan: return (1 + v.squared()).reciprocal()
    case ck_unary_sinh: return v.cosh()
    case ck_unary_cosh: return v.sinh()
    case ck_unary_asinh: return (v.squared() + 1).rsqrt()
    case ck_unary_acosh: return (v.squared() - 1).rsqrt()
    case ck_unary_atanh: return (1 - v.squared()).reciprocal()
    case ck_unary_tanh: return 1 - v.squared()
    case ck_unary_erf: return (2 / Double.pi.squareRoot()) * (-v.squared()).exp()
    case ck_unary_pow: return p == 0 ? v * 0 : p * v.pow(p - 1)
    case ck_unary_scalar_divided: return -p * v.squared().reciprocal()
    case ck_unary_sigmoid: return v * (1 - v)
    case ck_unary_log_sigmoid: return (-v).sigmoid()
    case ck_unary_softplus: return (p * v).sigmoid()
    case ck_unary_elu: return Tensor.where(v .> 0, 1, p * v.clamp(max: 0).exp())
    case ck_unary_celu: return Tensor.where(v .> 0, 1, (v.clamp(max: 0) / p).exp())
    case ck_unary_gelu:
      let density = (v.squared() * -0.5).exp() / (2 * Double.pi).squareRoot()
      return 0.5 * (1 + (v * 0.5.squareRoot()).erf()) + v * density
    case ck_unary_gelu_tanh:
      let (c, cubic) = ((2 / Double.pi).squareRoot(), 0.044715)
      let t = (c * (v + cubic * v.pow(3))).tanh()
      return 0.5 * (1 + t) + 0.5 * c * v * (1 - t.squared()) * (1 + 3 * cubic * v.squared())
    case ck_unary_silu:
      let s = v.sigmoid()
      return s + v * s * (1 - s)
    case ck_unary_mish:
      let t = v.softplus().tanh()
      return t + v * (1 - t.squared()) * v.sigmoid()
    case ck_unary_hard_swish:
      return Tensor.where(v .<= -3, 0, Tensor.where(v .>= 3, 1, v / 3 + 0.5))
    default: fatalError("an elementwise function whose slope's derivative nobody wrote down")
    }
  }
}
