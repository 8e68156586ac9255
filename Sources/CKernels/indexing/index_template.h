// One piece of work is a block of columns of one outer index: it alone adds to its elements, in order.

static CK_CLONES void F(scatter_rows)(void *context, int64_t begin, int64_t end) {
  const index_work *w = context;
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t outer = piece / w->columns, first = piece % w->columns * column_block;
    int64_t width = w->inner - first < column_block ? w->inner - first : column_block;
    const REAL *dy = (const REAL *)w->x + outer * w->count * w->inner + first;
    REAL *dx = (REAL *)w->y + outer * w->axis_size * w->inner + first;
    for (int64_t i = 0; i < w->count; i++) {
      const REAL *from = dy + i * w->inner;
      REAL *to = dx + w->indices[i] * w->inner;
      for (int64_t j = 0; j < width; j++) to[j] += from[j];
    }
  }
}

static void F(scatter_add_rows)(
    int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const REAL *dy, REAL *dx) {
  int64_t columns = (inner + column_block - 1) / column_block;
  index_work w = {sizeof(REAL), axis_size, inner, count, columns, indices, dy, dx};
  ck_parallel(outer * columns, index_grain / (column_block * count + 1) + 1, &w, F(scatter_rows));
}

static void F(scatter_elements)(void *context, int64_t begin, int64_t end) {
  const index_work *w = context;
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t outer = piece / w->columns, first = piece % w->columns * column_block;
    int64_t width = w->inner - first < column_block ? w->inner - first : column_block;
    REAL *dx = (REAL *)w->y + outer * w->axis_size * w->inner + first;
    for (int64_t i = 0; i < w->count; i++) {
      int64_t row = (outer * w->count + i) * w->inner + first;
      const REAL *from = (const REAL *)w->x + row;
      const int32_t *indices = w->indices + row;
      for (int64_t j = 0; j < width; j++) dx[indices[j] * w->inner + j] += from[j];
    }
  }
}

static void F(scatter_add_elements)(
    int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const REAL *dy, REAL *dx) {
  int64_t columns = (inner + column_block - 1) / column_block;
  index_work w = {sizeof(REAL), axis_size, inner, count, columns, indices, dy, dx};
  ck_parallel(
      outer * columns, index_grain / (column_block * count + 1) + 1, &w, F(scatter_elements));
}
