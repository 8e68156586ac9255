#ifndef CK_REDUCTION_H
#define CK_REDUCTION_H

#include <stdbool.h>
#include <stdint.h>

// Reductions of the middle axis: x [outer, reduce, inner] to y [outer, inner]. Sums are taken in
// chunks of a fixed size, so that the bits do not depend on the number of threads. An empty axis
// gives 0, 1 (product), -inf (maximum, log-sum-exp), inf (minimum).

typedef enum ck_reduction {
  ck_reduction_sum, ck_reduction_product, ck_reduction_maximum,
  ck_reduction_minimum, ck_reduction_sum_of_squares, ck_reduction_sum_of_absolutes,
} ck_reduction;

#define CK_REDUCTION(real, suffix)                                                              \
  void ck_reduce_##suffix(                                                                      \
      ck_reduction op, int64_t outer, int64_t reduce, int64_t inner, const real *x, real *y);   \
  /* The place of the first extreme along the axis; a NaN counts as the most extreme. */        \
  void ck_arg_extreme_##suffix(                                                                 \
      bool maximum, int64_t outer, int64_t reduce, int64_t inner, const real *x, int32_t *y);   \
  void ck_log_sum_exp_##suffix(                                                                 \
      int64_t outer, int64_t reduce, int64_t inner, const real *x, real *y);                    \
  /* Over the last axis of [rows, columns]. The gradients read y; dx may be dy. */              \
  void ck_softmax_##suffix(int64_t rows, int64_t columns, const real *x, real *y);              \
  void ck_log_softmax_##suffix(int64_t rows, int64_t columns, const real *x, real *y);          \
  void ck_softmax_gradient_##suffix(                                                            \
      int64_t rows, int64_t columns, const real *y, const real *dy, real *dx);                  \
  void ck_log_softmax_gradient_##suffix(                                                        \
      int64_t rows, int64_t columns, const real *y, const real *dy, real *dx);                  \
  /* Along the middle axis of [outer, axis, inner], from its end where `reverse`. */            \
  void ck_cumulative_sum_##suffix(                                                              \
      int64_t outer, int64_t axis, int64_t inner, bool reverse, const real *x, real *y);        \
  void ck_cumulative_product_##suffix(                                                          \
      int64_t outer, int64_t axis, int64_t inner, bool reverse, const real *x, real *y);

CK_REDUCTION(float, f32)
CK_REDUCTION(double, f64)
#undef CK_REDUCTION

/// The sums of bytes (numbers or truth values), or of int32, exact; false where one is none of int32.
bool ck_sum_integers(
    bool bytes, int64_t outer, int64_t reduce, int64_t inner, const void *x, int32_t *y);

#endif
