typedef struct {
  bool transpose_a, transpose_b, by_rows;
  int64_t m, n, k, a_stride, b_stride, block, blocks;
  const REAL *a, *b;
  REAL *c;
} F(product);

static void F(multiply_blocks)(void *context, int64_t begin, int64_t end) {
  const F(product) *work = context;
  int64_t a_row = work->transpose_a ? work->m : work->k, b_row = work->transpose_b ? work->k : work->n;
  for (int64_t item = begin; item < end; item++) {
    int64_t matrix = item / work->blocks, first = item % work->blocks * work->block;
    int64_t row = 0, rows = work->m, column = 0, columns = work->n;
    if (work->by_rows) {
      row = first;
      rows = rows - first < work->block ? rows - first : work->block;
    } else {
      column = first;
      columns = columns - first < work->block ? columns - first : work->block;
    }
    BLAS(gemm)(CblasRowMajor, work->transpose_a ? CblasTrans : CblasNoTrans,
         work->transpose_b ? CblasTrans : CblasNoTrans, (blasint)rows, (blasint)columns, (blasint)work->k, 1,
         work->a + matrix * work->a_stride + (work->transpose_a ? row : row * a_row),
         (blasint)(a_row > 0 ? a_row : 1),
         work->b + matrix * work->b_stride + (work->transpose_b ? column * b_row : column),
         (blasint)(b_row > 0 ? b_row : 1), 0, work->c + (matrix * work->m + row) * work->n + column,
         (blasint)work->n);
  }
}

static void F(matmul)(int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m,
                  int64_t n, int64_t k, const REAL *a, const REAL *b, REAL *c) {
  if (m == 0 || n == 0) return;
  bool by_rows = m >= n;
  int64_t length = by_rows ? m : n, block = block_length(length);
  F(product) work = {
      transpose_a, transpose_b, by_rows, m, n, k, a_stride, b_stride, block, (length + block - 1) / block, a, b, c};
  // A thread is worth waking for a few hundred thousand multiplications.
  int64_t per_item = (by_rows ? n : m) * (block < length ? block : length) * (k > 0 ? k : 1);
  ck_parallel(batch * work.blocks, 1 + 200000 / per_item, &work, F(multiply_blocks));
}
