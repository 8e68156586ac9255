#ifndef CK_LINEAR_ALGEBRA_H
#define CK_LINEAR_ALGEBRA_H

#include <stdbool.h>
#include <stdint.h>

// LAPACK over batches of dense row-major matrices, one after another; the batch is divided over the threads. What
// returns a number returns LAPACK's `info` of the first matrix that failed, 0 where none did: positive as LAPACK tells,
// negative for a NaN among the elements.

#define CK_LINEAR_ALGEBRA(real, suffix)                                                                  \
  /* Symmetric a [n, n], of which the lower triangle is read, becomes its eigenvectors, in columns; */   \
  /* values [n] ascend. */                                                                               \
  int ck_symmetric_eigen_##suffix(int64_t batch, int64_t n, real *a, real *values);                      \
  /* a [m, n] = u [m, k] diag(s [k]) vt [k, n] with k = min(m, n); a is overwritten. */                  \
  int ck_svd_##suffix(int64_t batch, int64_t m, int64_t n, real *a, real *u, real *s, real *vt);         \
  /* a [m, n] = q [m, k] r [k, n] with k = min(m, n); a is overwritten. */                               \
  int ck_qr_##suffix(int64_t batch, int64_t m, int64_t n, real *a, real *q, real *r);                    \
  /* Symmetric a [n, n], of which the lower triangle is read, becomes its lower factor. */               \
  int ck_cholesky_##suffix(int64_t batch, int64_t n, real *a);                                           \
  /* a [n, n] becomes its factors L and U, rows exchanged as pivots [n] tell (from 1 on). */             \
  int ck_lu_##suffix(int64_t batch, int64_t n, real *a, int32_t *pivots);                                \
  /* From these factors the solution x [n, k] of a x = b, or of its transpose, in place of b. */         \
  void ck_lu_solve_##suffix(                                                                             \
      int64_t batch, int64_t n, int64_t k, bool transposed, const real *lu, const int32_t *pivots, real *b); \
  /* The solution x [n, k] of a x = b for triangular a, in place of b; division by 0 as it comes. */     \
  void ck_triangular_solve_##suffix(                                                                     \
      int64_t batch, int64_t n, int64_t k, bool upper, bool transposed, bool unit, const real *a, real *b);

CK_LINEAR_ALGEBRA(float, f32)
CK_LINEAR_ALGEBRA(double, f64)
#undef CK_LINEAR_ALGEBRA

#endif
