#ifndef CK_LINEAR_ALGEBRA_H
#define CK_LINEAR_ALGEBRA_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// LAPACK over batches of dense row-major matrices, one after another; the batch is divided over the threads. What
// returns a number returns LAPACK's `info` of the first matrix that failed, 0 where none did: positive as LAPACK tells,
// negative for a NaN among the elements.

/// Symmetric a [n, n], of which the lower triangle is read, becomes its eigenvectors, in columns;
/// values [n] ascend.
bool ck_symmetric_eigen(ck_type type, int64_t batch, int64_t n, void *a, void *values, int *info);
/// a [m, n] = u [m, k] diag(s [k]) vt [k, n] with k = min(m, n); a is overwritten.
bool ck_svd(ck_type type, int64_t batch, int64_t m, int64_t n, void *a, void *u, void *s, void *vt, int *info);
/// a [m, n] = q [m, k] r [k, n] with k = min(m, n); a is overwritten.
bool ck_qr(ck_type type, int64_t batch, int64_t m, int64_t n, void *a, void *q, void *r, int *info);
/// Symmetric a [n, n], of which the lower triangle is read, becomes its lower factor.
bool ck_cholesky(ck_type type, int64_t batch, int64_t n, void *a, int *info);
/// a [n, n] becomes its factors L and U, rows exchanged as pivots [n] tell (from 1 on).
bool ck_lu(ck_type type, int64_t batch, int64_t n, void *a, int32_t *pivots, int *info);
/// From these factors the solution x [n, k] of a x = b, or of its transpose, in place of b.
bool ck_lu_solve(
    ck_type type, int64_t batch, int64_t n, int64_t k, bool transposed, const void *lu, const int32_t *pivots, void *b);
/// The solution x [n, k] of a x = b for triangular a, in place of b; division by 0 as it comes.
bool ck_triangular_solve(
    ck_type type, int64_t batch, int64_t n, int64_t k, bool upper, bool transposed, bool unit, const void *a, void *b);

#endif
