#ifndef CK_REDUCTION_H
#define CK_REDUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// Reductions of the middle axis: x [outer, reduce, inner] to y [outer, inner]. Sums are taken in
// chunks of a fixed size, so that the bits do not depend on the number of threads. An empty axis
// gives 0, 1 (product), -inf (maximum), inf (minimum).

typedef enum ck_reduction {
  ck_reduction_sum, ck_reduction_product, ck_reduction_maximum,
  ck_reduction_minimum, ck_reduction_sum_of_squares, ck_reduction_sum_of_absolutes,
} ck_reduction;

bool ck_reduce(ck_type type, ck_reduction op, int64_t outer, int64_t reduce, int64_t inner, const void *x, void *y);
/// The place of the first extreme along the axis; a NaN counts as the most extreme.
bool ck_arg_extreme(
    ck_type type, bool maximum, int64_t outer, int64_t reduce, int64_t inner, const void *x, int32_t *y);
/// The sums of bytes (numbers or truth values), or of int32, exact; false where one is none of int32.
bool ck_sum_integers(
    bool bytes, int64_t outer, int64_t reduce, int64_t inner, const void *x, int32_t *y);

#endif
