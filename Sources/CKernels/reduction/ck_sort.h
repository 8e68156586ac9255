#ifndef CK_SORT_H
#define CK_SORT_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// Order along the rows of x [rows, columns], columns < 2³¹. NaN counts as greater than any number, −0 as
// equal to 0, and equal elements keep their order.

/// Sorts each row; values[i] = x[permutation[i]].
bool ck_sort(
    ck_type type, int64_t rows, int64_t columns, bool descending, const void *x, void *values, int32_t *permutation);

/// The k largest (or smallest) of each row, best first, k ≤ columns: values and indices [rows, k].
bool ck_top_k(
    ck_type type, int64_t rows, int64_t columns, int64_t k, bool largest, const void *x, void *values,
    int32_t *indices);

/// The gradient of the Lovász extension of the Jaccard loss with respect to each row's errors, which are sorted
/// in descending order and carry the truth `truth_sorted` in [0, 1] (Berman et al. 2018, algorithm 1).
bool ck_lovasz_gradient(ck_type type, int64_t rows, int64_t columns, const void *truth_sorted, void *gradient);

#endif
