#include "ck_linear_algebra.h"

#include <cblas.h>
#include <lapacke.h>
#include <stddef.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

// Matrices worth a thread, of about `work` multiplications each.
static int64_t matrix_grain(int64_t work) { return 50000 / (work + 1) + 1; }

static int first_failure(int64_t batch, const int *failures) {
  for (int64_t i = 0; i < batch; i++) {
    if (failures[i] != 0) return failures[i];
  }
  return 0;
}

#define TEMPLATE "linear/linear_algebra_template.h"
#include "runtime/each_real.h"

bool ck_symmetric_eigen(ck_type type, int64_t batch, int64_t n, void *a, void *values, int *info) {
  RUN_REAL(type, symmetric_eigen, batch, n, a, values, info);
}

bool ck_svd(ck_type type, int64_t batch, int64_t m, int64_t n, void *a, void *u, void *s, void *vt, int *info) {
  RUN_REAL(type, svd, batch, m, n, a, u, s, vt, info);
}

bool ck_qr(ck_type type, int64_t batch, int64_t m, int64_t n, void *a, void *q, void *r, int *info) {
  RUN_REAL(type, qr, batch, m, n, a, q, r, info);
}

bool ck_cholesky(ck_type type, int64_t batch, int64_t n, void *a, int *info) {
  RUN_REAL(type, cholesky, batch, n, a, info);
}

bool ck_lu(ck_type type, int64_t batch, int64_t n, void *a, int32_t *pivots, int *info) {
  RUN_REAL(type, lu, batch, n, a, pivots, info);
}

bool ck_lu_solve(
    ck_type type, int64_t batch, int64_t n, int64_t k, bool transposed, const void *lu, const int32_t *pivots,
    void *b) {
  RUN_REAL(type, lu_solve, batch, n, k, transposed, lu, pivots, b);
}

bool ck_triangular_solve(
    ck_type type, int64_t batch, int64_t n, int64_t k, bool upper, bool transposed, bool unit, const void *a, void *b) {
  RUN_REAL(type, triangular_solve, batch, n, k, upper, transposed, unit, a, b);
}
