// The elementwise functions of one operand: UNARY(name, grain, what the gradient is computed from, value at x, gradient
// given g = dy). LIGHT ones move memory, HEAVY ones compute; p and q are parameters.
// Loops are told by where this file is first included: there, too, those in double may stay as they are (template.h).
#pragma clang diagnostic ignored "-Wpass-failed"

UNARY(negate, LIGHT, NEITHER, -x, -g)
UNARY(abs, LIGHT, INPUT, F(fabs)(x), g * F(sign)(x))
UNARY(sign, LIGHT, NEITHER, F(sign)(x), 0 * g)
UNARY(squared, LIGHT, INPUT, x * x, 2 * x * g)
UNARY(reciprocal, LIGHT, OUTPUT, 1 / x, -g * y * y)
UNARY(sqrt, LIGHT, OUTPUT, F(sqrt)(x), g / (2 * y))
UNARY(rsqrt, LIGHT, OUTPUT, 1 / F(sqrt)(x), R(-0.5) * g * (y * y * y))
UNARY(exp, HEAVY, OUTPUT, F(exp)(x), g * y)
UNARY(expm1, HEAVY, OUTPUT, F(expm1)(x), g * (y + 1))
UNARY(log, HEAVY, INPUT, F(log)(x), g / x)
UNARY(log1p, HEAVY, INPUT, F(log1p)(x), g / (1 + x))
UNARY(sin, HEAVY, INPUT, F(sin)(x), g * F(cos)(x))
UNARY(cos, HEAVY, INPUT, F(cos)(x), -g * F(sin)(x))
UNARY(tan, HEAVY, OUTPUT, F(tan)(x), g * (1 + y * y))
UNARY(asin, HEAVY, INPUT, F(asin)(x), g / F(sqrt)(1 - x * x))
UNARY(acos, HEAVY, INPUT, F(acos)(x), -g / F(sqrt)(1 - x * x))
UNARY(atan, HEAVY, INPUT, F(atan)(x), g / (1 + x * x))
UNARY(sinh, HEAVY, INPUT, F(sinh)(x), g * F(cosh)(x))
UNARY(cosh, HEAVY, INPUT, F(cosh)(x), g * F(sinh)(x))
UNARY(asinh, HEAVY, INPUT, F(asinh)(x), g / F(sqrt)(x * x + 1))
UNARY(acosh, HEAVY, INPUT, F(acosh)(x), g / F(sqrt)(x * x - 1))
UNARY(atanh, HEAVY, INPUT, F(atanh)(x), g / (1 - x * x))
UNARY(tanh, HEAVY, OUTPUT, F(tanh)(x), g * (1 - y * y))
UNARY(sigmoid, HEAVY, OUTPUT, F(sigmoid)(x), g * y * (1 - y))
UNARY(log_sigmoid, HEAVY, INPUT, -F(softplus)(-x), g * F(sigmoid)(-x))
UNARY(softplus, HEAVY, INPUT, F(softplus_of)(x, p), g * F(sigmoid)(p * x))  // log(1 + e^(p x)) / p, p > 0
UNARY(relu, LIGHT, OUTPUT, x <= 0 ? 0 : x, y <= 0 ? 0 : g)
UNARY(leaky_relu, LIGHT, OUTPUT, x > 0 ? x : p * x, y > 0 ? g : p * g)  // slope p >= 0 for x <= 0
UNARY(elu, HEAVY, INPUT, x > 0 ? x : p * F(expm1)(x), x > 0 ? g : g * (p * F(exp)(x)))  // p >= 0
UNARY(celu, HEAVY, INPUT, x > 0 ? x : p * F(expm1)(x / p), x > 0 ? g : g * F(exp)(x / p))  // p > 0
UNARY(gelu, HEAVY, INPUT, F(gelu)(x), g * F(gelu_slope)(x))  // x Phi(x)
UNARY(gelu_tanh, HEAVY, INPUT, F(gelu_tanh)(x), g * F(gelu_tanh_slope)(x))  // the approximation through tanh
UNARY(silu, HEAVY, INPUT, x / (1 + F(exp)(-x)), g * F(silu_slope)(x))
UNARY(mish, HEAVY, INPUT, F(mish)(x), g * F(mish_slope)(x))
UNARY(hard_sigmoid, LIGHT, INPUT, F(ramp)(x), x > -3 && x < 3 ? g / 6 : 0)
UNARY(hard_swish, LIGHT, INPUT, x * F(ramp)(x), x <= -3 ? 0 : x >= 3 ? g : g * (x / 3 + R(0.5)))
UNARY(relu6, LIGHT, OUTPUT, x <= 0 ? 0 : x >= 6 ? 6 : x, y <= 0 || y >= 6 ? 0 : g)
UNARY(erf, HEAVY, INPUT, F(erf)(x), g * (R(1.1283791670955126) * F(exp)(-x * x)))
UNARY(floor, LIGHT, NEITHER, F(floor)(x), 0 * g)
UNARY(ceil, LIGHT, NEITHER, F(ceil)(x), 0 * g)
UNARY(trunc, LIGHT, NEITHER, F(trunc)(x), 0 * g)
UNARY(round, LIGHT, NEITHER, F(rint)(x), 0 * g)  // halves to even
UNARY(pow, HEAVY, INPUT, F(pow)(x, p), g * F(power_slope)(x, p))
UNARY(clamp, LIGHT, INPUT, x < p ? p : x > q ? q : x, x >= p && x <= q ? g : 0)  // to [p, q]
UNARY(add_scalar, LIGHT, NEITHER, x + p, g)
UNARY(multiply_scalar, LIGHT, NEITHER, p * x, p * g)
UNARY(divide_by_scalar, LIGHT, NEITHER, x / p, g / p)
UNARY(scalar_divided, LIGHT, INPUT, p / x, -(g / x) * (p / x))
