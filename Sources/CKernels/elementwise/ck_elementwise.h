#ifndef CK_ELEMENTWISE_H
#define CK_ELEMENTWISE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

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

/// Whether ck_run_unary_gradient reads x, and whether it reads y; what it does not read may be NULL.
bool ck_unary_gradient_uses_input(ck_unary op);
bool ck_unary_gradient_uses_output(ck_unary op);

/// Integers too: their division truncates, division and remainder by zero give 0; arithmetic wraps; no atan2; a negative
/// power is 0 unless the base is 1 or -1.
bool ck_run_binary(
    ck_type type, ck_binary op, int rank, const int64_t *sizes, const void *a, const int64_t *a_strides, const void *b,
    const int64_t *b_strides, void *y);

/// y is 0 or 1.
bool ck_compare(
    ck_type type, ck_comparison op, int rank, const int64_t *sizes, const void *a, const int64_t *a_strides,
    const void *b, const int64_t *b_strides, uint8_t *y);

bool ck_run_unary(ck_type type, ck_unary op, int64_t count, const void *x, double p, double q, void *y);

/// dx = f'(x) dy; dx may be dy.
bool ck_run_unary_gradient(
    ck_type type, ck_unary op, int64_t count, const void *x, const void *y, const void *dy, double p, double q,
    void *dx);

bool ck_fill(ck_type type, int64_t count, double value, void *y);

/// y = condition ? a : b, for elements of 1, 2, 4 or 8 bytes.
void ck_where(
    int element_size, int rank, const int64_t *sizes, const uint8_t *condition, const int64_t *condition_strides,
    const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides, void *y);

/// Fractions are cut off, what is out of range becomes the nearest bound, NaN becomes 0; anything
/// but 0 is true.
void ck_cast(ck_type from, ck_type to, int64_t count, const void *x, void *y);

#endif
