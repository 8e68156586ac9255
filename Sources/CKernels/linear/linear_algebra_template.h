// One matrix a time for each function, then the batch.

typedef struct {
  int64_t m, n, k;
  bool transposed, upper, unit;
  REAL *a, *u, *s, *v;
  int32_t *pivots;
  int *failures;
} F(matrices);

static void F(eigen_body)(void *context, int64_t begin, int64_t end) {
  const F(matrices) *w = context;
  lapack_int n = (lapack_int)w->n;
  for (int64_t i = begin; i < end; i++) {
    w->failures[i] = LAPACK(syevd)(LAPACK_ROW_MAJOR, 'V', 'L', n, w->a + i * n * n, n, w->s + i * n);
  }
}

static void F(svd_body)(void *context, int64_t begin, int64_t end) {
  const F(matrices) *w = context;
  lapack_int m = (lapack_int)w->m, n = (lapack_int)w->n, k = (lapack_int)w->k;
  for (int64_t i = begin; i < end; i++) {
    w->failures[i] = LAPACK(gesdd)(
        LAPACK_ROW_MAJOR, 'S', m, n, w->a + i * m * n, n, w->s + i * k, w->u + i * m * k, k, w->v + i * k * n, n);
  }
}

static void F(qr_body)(void *context, int64_t begin, int64_t end) {
  const F(matrices) *w = context;
  lapack_int m = (lapack_int)w->m, n = (lapack_int)w->n, k = (lapack_int)w->k;
  for (int64_t i = begin; i < end; i++) {
    REAL *a = w->a + i * m * n, *q = w->u + i * m * k, *r = w->v + i * k * n, *scales = w->s + i * k;
    int failure = LAPACK(geqrf)(LAPACK_ROW_MAJOR, m, n, a, n, scales);
    for (int64_t row = 0; row < m; row++) memcpy(q + row * k, a + row * n, (size_t)k * sizeof(REAL));
    for (int64_t row = 0; row < k; row++) {
      for (int64_t column = 0; column < n; column++) r[row * n + column] = column < row ? 0 : a[row * n + column];
    }
    w->failures[i] = failure ? failure : LAPACK(orgqr)(LAPACK_ROW_MAJOR, m, k, k, q, k, scales);
  }
}

static void F(cholesky_body)(void *context, int64_t begin, int64_t end) {
  const F(matrices) *w = context;
  lapack_int n = (lapack_int)w->n;
  for (int64_t i = begin; i < end; i++) {
    REAL *a = w->a + i * n * n;
    w->failures[i] = LAPACK(potrf)(LAPACK_ROW_MAJOR, 'L', n, a, n);
    for (int64_t row = 0; row < n; row++) {
      for (int64_t column = row + 1; column < n; column++) a[row * n + column] = 0;
    }
  }
}

static void F(lu_body)(void *context, int64_t begin, int64_t end) {
  const F(matrices) *w = context;
  lapack_int n = (lapack_int)w->n;
  for (int64_t i = begin; i < end; i++) {
    w->failures[i] = LAPACK(getrf)(LAPACK_ROW_MAJOR, n, n, w->a + i * n * n, n, w->pivots + i * n);
  }
}

static void F(lu_solve_body)(void *context, int64_t begin, int64_t end) {
  const F(matrices) *w = context;
  lapack_int n = (lapack_int)w->n, k = (lapack_int)w->k;
  for (int64_t i = begin; i < end; i++) {
    LAPACK(getrs)(
        LAPACK_ROW_MAJOR, w->transposed ? 'T' : 'N', n, k, w->a + i * n * n, n, w->pivots + i * n, w->u + i * n * k, k);
  }
}

static void F(triangular_solve_body)(void *context, int64_t begin, int64_t end) {
  const F(matrices) *w = context;
  blasint n = (blasint)w->n, k = (blasint)w->k;
  for (int64_t i = begin; i < end; i++) {
    BLAS(trsm)(CblasRowMajor, CblasLeft, w->upper ? CblasUpper : CblasLower, w->transposed ? CblasTrans : CblasNoTrans,
         w->unit ? CblasUnit : CblasNonUnit, n, k, 1, w->a + i * n * n, n, w->u + i * n * k, k);
  }
}

static int F(run)(int64_t batch, int64_t work, F(matrices) *matrices, ck_body body) {
  size_t bytes = (size_t)batch * sizeof(int);
  matrices->failures = ck_allocate(bytes);
  memset(matrices->failures, 0, bytes);
  ck_parallel(batch, matrix_grain(work), matrices, body);
  int failure = first_failure(batch, matrices->failures);
  ck_deallocate(matrices->failures, bytes);
  return failure;
}

static void F(symmetric_eigen)(int64_t batch, int64_t n, REAL *a, REAL *values, int *info) {
  *info = 0;
  if (batch == 0 || n == 0) return;
  F(matrices) w = {.n = n, .a = a, .s = values};
  *info = F(run)(batch, 9 * n * n * n, &w, F(eigen_body));
}

static void F(svd)(int64_t batch, int64_t m, int64_t n, REAL *a, REAL *u, REAL *s, REAL *vt, int *info) {
  int64_t k = m < n ? m : n;
  *info = 0;
  if (batch == 0 || k == 0) return;
  F(matrices) w = {.m = m, .n = n, .k = k, .a = a, .u = u, .s = s, .v = vt};
  *info = F(run)(batch, 10 * m * n * k, &w, F(svd_body));
}

static void F(qr)(int64_t batch, int64_t m, int64_t n, REAL *a, REAL *q, REAL *r, int *info) {
  int64_t k = m < n ? m : n;
  *info = 0;
  if (batch == 0 || k == 0) return;
  size_t bytes = (size_t)(batch * k) * sizeof(REAL);
  F(matrices) w = {.m = m, .n = n, .k = k, .a = a, .u = q, .s = ck_allocate(bytes), .v = r};
  *info = F(run)(batch, 4 * m * n * k, &w, F(qr_body));
  ck_deallocate(w.s, bytes);
}

static void F(cholesky)(int64_t batch, int64_t n, REAL *a, int *info) {
  *info = 0;
  if (batch == 0 || n == 0) return;
  F(matrices) w = {.n = n, .a = a};
  *info = F(run)(batch, n * n * n / 3, &w, F(cholesky_body));
}

static void F(lu)(int64_t batch, int64_t n, REAL *a, int32_t *pivots, int *info) {
  *info = 0;
  if (batch == 0 || n == 0) return;
  F(matrices) w = {.n = n, .a = a, .pivots = pivots};
  *info = F(run)(batch, n * n * n, &w, F(lu_body));
}

static void F(lu_solve)(
    int64_t batch, int64_t n, int64_t k, bool transposed, const REAL *lu, const int32_t *pivots, REAL *b) {
  if (n == 0 || k == 0) return;
  F(matrices) w = {
      .n = n, .k = k, .transposed = transposed, .a = (REAL *)lu, .pivots = (int32_t *)pivots, .u = b};
  ck_parallel(batch, matrix_grain(2 * n * n * k), &w, F(lu_solve_body));
}

static void F(triangular_solve)(
    int64_t batch, int64_t n, int64_t k, bool upper, bool transposed, bool unit, const REAL *a, REAL *b) {
  if (n == 0 || k == 0) return;
  F(matrices) w = {
      .n = n, .k = k, .upper = upper, .transposed = transposed, .unit = unit, .a = (REAL *)a, .u = b};
  ck_parallel(batch, matrix_grain(n * n * k), &w, F(triangular_solve_body));
}
