typedef struct {
  strided_pair pair;
  const REAL *x;
  REAL *y;
} F(accumulation);

static CK_CLONES void F(accumulate_row)(
    int64_t count, const REAL *x, int64_t x_stride, REAL *y, int64_t y_stride) {
  if (x_stride == 1 && y_stride == 1) {
    for (int64_t i = 0; i < count; i++) y[i] += x[i];
  } else {
    for (int64_t i = 0; i < count; i++) y[i * y_stride] += x[i * x_stride];
  }
}

static void F(accumulate_rows)(void *context, int64_t begin, int64_t end) {
  const F(accumulation) *w = context;
  const strided_pair *pair = &w->pair;
  int last = pair->rank - 1;
  strided_place place = strided_start(pair, last, begin);
  for (int64_t row = begin; row < end; row++) {
    F(accumulate_row)(
        pair->sizes[last], w->x + place.x, pair->x[last], w->y + place.y, pair->y[last]);
    strided_advance(pair, last, &place);
  }
}

static void F(accumulate_strided)(
    int rank, const int64_t *sizes, const REAL *x, const int64_t *x_strides, REAL *y,
    const int64_t *y_strides) {
  F(accumulation) w = {strided_merge(rank, sizes, x_strides, y_strides), x, y};
  const strided_pair *pair = &w.pair;
  if (strided_count(pair, pair->rank) == 0) return;
  if (pair->rank == 1 && pair->x[0] == 1 && pair->y[0] == 1) {
    const int64_t step = 1;
    ck_run_binary(TYPE, ck_binary_add, 1, pair->sizes, y, &step, x, &step, y);
    return;
  }
  int64_t length = pair->sizes[pair->rank - 1];
  ck_parallel(
      strided_count(pair, pair->rank - 1), copy_grain / length + 1, &w, F(accumulate_rows));
}
