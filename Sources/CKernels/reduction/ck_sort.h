#ifndef CK_SORT_H
#define CK_SORT_H

#include <stdbool.h>
#include <stdint.h>

// Order along the rows of x [rows, columns], columns < 2³¹. NaN counts as greater than any number, −0 as
// equal to 0, and equal elements keep their order.

/// Sorts each row; values[i] = x[permutation[i]].
void ck_sort_f32(
    int64_t rows, int64_t columns, bool descending, const float *x, float *values,
    int32_t *permutation);
void ck_sort_f64(
    int64_t rows, int64_t columns, bool descending, const double *x, double *values,
    int32_t *permutation);

/// The k largest (or smallest) of each row, best first, k ≤ columns: values and indices [rows, k].
void ck_top_k_f32(
    int64_t rows, int64_t columns, int64_t k, bool largest, const float *x, float *values,
    int32_t *indices);
void ck_top_k_f64(
    int64_t rows, int64_t columns, int64_t k, bool largest, const double *x, double *values,
    int32_t *indices);

/// The gradient of the Lovász extension of the Jaccard loss with respect to the errors, which are sorted
/// in descending order and carry the truth `truth_sorted` in [0, 1] (Berman et al. 2018, algorithm 1).
void ck_lovasz_gradient_f32(int64_t count, const float *truth_sorted, float *gradient);
void ck_lovasz_gradient_f64(int64_t count, const double *truth_sorted, double *gradient);

#endif
