#ifndef CK_ELEMENTWISE_H
#define CK_ELEMENTWISE_H

#include <stdbool.h>
#include <stdint.h>

// One value in, one value out. Strides count elements, 0 repeats an axis; results are contiguous.
// NaN goes through; minimum and maximum give NaN where either side is. Results may overwrite an
// operand of the same shape, contiguous like them.

enum { ck_max_rank = 12 };

typedef enum ck_binary {
  ck_binary_add, ck_binary_subtract, ck_binary_multiply, ck_binary_divide,
  ck_binary_power, ck_binary_minimum, ck_binary_maximum, ck_binary_atan2,
  ck_binary_remainder,  // with the sign of the divisor
} ck_binary;

typedef enum ck_comparison {
  ck_comparison_equal, ck_comparison_not_equal, ck_comparison_less,
  ck_comparison_less_equal, ck_comparison_greater, ck_comparison_greater_equal,
} ck_comparison;

// Behind each: what the gradient is computed from (x, y, or neither), and what p and q mean.
typedef enum ck_unary {
  ck_unary_negate,                  // neither
  ck_unary_absolute,                // x; 0 at 0
  ck_unary_sign,                    // neither
  ck_unary_square,                  // x
  ck_unary_reciprocal,              // y
  ck_unary_square_root,             // y; infinite at 0
  ck_unary_reciprocal_square_root,  // y
  ck_unary_exponential,             // y
  ck_unary_expm1,                   // y
  ck_unary_logarithm,               // x
  ck_unary_log1p,                   // x
  ck_unary_sine,                    // x
  ck_unary_cosine,                  // x
  ck_unary_tangent,                 // y
  ck_unary_arcsine,                 // x
  ck_unary_arccosine,               // x
  ck_unary_arctangent,              // x
  ck_unary_sinh,                    // x
  ck_unary_cosh,                    // x
  ck_unary_arsinh,                  // x
  ck_unary_arcosh,                  // x
  ck_unary_artanh,                  // x
  ck_unary_tanh,                    // y
  ck_unary_sigmoid,                 // y
  ck_unary_log_sigmoid,             // x
  ck_unary_softplus,                // x; log(1 + e^(p x)) / p, p > 0
  ck_unary_relu,                    // y; 0 at 0
  ck_unary_leaky_relu,              // y; slope p >= 0 for x <= 0
  ck_unary_elu,                     // x; p (e^x - 1) for x <= 0, p >= 0
  ck_unary_celu,                    // x; p (e^(x / p) - 1) for x <= 0, p > 0
  ck_unary_gelu,                    // x; x Phi(x)
  ck_unary_gelu_tanh,               // x; the approximation through tanh
  ck_unary_silu,                    // x
  ck_unary_mish,                    // x
  ck_unary_hard_sigmoid,            // x
  ck_unary_hard_swish,              // x
  ck_unary_relu6,                   // y
  ck_unary_erf,                     // x
  ck_unary_floor,                   // neither
  ck_unary_ceil,                    // neither
  ck_unary_truncate,                // neither
  ck_unary_round,                   // neither; halves to even
  ck_unary_power_scalar,            // x; x^p
  ck_unary_clamp,                   // x; to [p, q]
  ck_unary_add_scalar,              // neither; x + p
  ck_unary_multiply_scalar,         // neither; p x
  ck_unary_divide_by_scalar,        // neither; x / p
  ck_unary_scalar_divided,          // x; p / x
} ck_unary;

/// Whether ck_unary_gradient reads x, and whether it reads y; what it does not read may be NULL.
bool ck_unary_gradient_uses_input(ck_unary op);
bool ck_unary_gradient_uses_output(ck_unary op);

#define CK_ELEMENTWISE(real, suffix)                                                            \
  void ck_binary_##suffix(                                                                      \
      ck_binary op, int rank, const int64_t *sizes, const real *a, const int64_t *a_strides,    \
      const real *b, const int64_t *b_strides, real *y);                                        \
  /* y is 0 or 1 */                                                                             \
  void ck_compare_##suffix(                                                                     \
      ck_comparison op, int rank, const int64_t *sizes, const real *a,                          \
      const int64_t *a_strides, const real *b, const int64_t *b_strides, uint8_t *y);

CK_ELEMENTWISE(float, f32)
CK_ELEMENTWISE(double, f64)
// Integers: division truncates, division and remainder by zero give 0; arithmetic wraps; no atan2; a negative power is 0
// unless the base is 1 or -1.
CK_ELEMENTWISE(int32_t, i32)
#undef CK_ELEMENTWISE

#define CK_ELEMENTWISE(real, suffix)                                                            \
  void ck_unary_##suffix(                                                                       \
      ck_unary op, int64_t count, const real *x, double p, double q, real *y);                  \
  /* dx = f'(x) dy; dx may be dy */                                                             \
  void ck_unary_gradient_##suffix(                                                              \
      ck_unary op, int64_t count, const real *x, const real *y, const real *dy, double p,       \
      double q, real *dx);                                                                      \
  /* y += x */                                                                                  \
  void ck_accumulate_##suffix(int64_t count, real *y, const real *x);                           \
  void ck_fill_##suffix(int64_t count, double value, real *y);                                  \
  /* y = condition ? a : b */                                                                   \
  void ck_where_##suffix(                                                                       \
      int rank, const int64_t *sizes, const uint8_t *condition,                                 \
      const int64_t *condition_strides, const real *a, const int64_t *a_strides, const real *b, \
      const int64_t *b_strides, real *y);

CK_ELEMENTWISE(float, f32)
CK_ELEMENTWISE(double, f64)
#undef CK_ELEMENTWISE

// bfloat16 numbers, computed in float32 and rounded.
void ck_binary_bf16(
    ck_binary op, int rank, const int64_t *sizes, const uint16_t *a, const int64_t *a_strides,
    const uint16_t *b, const int64_t *b_strides, uint16_t *y);
void ck_unary_bf16(ck_unary op, int64_t count, const uint16_t *x, double p, double q, uint16_t *y);
void ck_unary_gradient_bf16(
    ck_unary op, int64_t count, const uint16_t *x, const uint16_t *y, const uint16_t *dy, double p,
    double q, uint16_t *dx);

#endif
