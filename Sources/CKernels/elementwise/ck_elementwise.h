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
  ck_binary_pow, ck_binary_minimum, ck_binary_maximum, ck_binary_atan2,
  ck_binary_remainder,  // with the sign of the divisor
} ck_binary;

typedef enum ck_comparison {
  ck_comparison_equal, ck_comparison_not_equal, ck_comparison_less,
  ck_comparison_less_equal, ck_comparison_greater, ck_comparison_greater_equal,
} ck_comparison;

typedef enum ck_unary {
#define UNARY(name, grain, reads, value, gradient) ck_unary_##name,
#include "unary_table.h"
#undef UNARY
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
