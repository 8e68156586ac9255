typedef struct {
  int64_t reduce, inner;
  bool maximum;
  const REAL *x;
  int32_t *y;
} F(arg_extreme_work);

static CK_CLONES void F(arg_extreme_lanes)(
    bool maximum, int64_t lanes, int64_t steps, int64_t stride, const REAL *x, int32_t *y) {
  REAL best[lane_limit];
  for (int64_t i = 0; i < lanes; i++) {
    best[i] = x[i];
    y[i] = 0;
  }
  for (int64_t s = 1; s < steps; s++) {
    VECTORISED for (int64_t i = 0; i < lanes; i++) {
      const REAL u = x[s * stride + i], v = best[i];
      int better = (maximum ? u > v : u < v) | ((u != u) & (v == v));
      best[i] = better ? u : v;
      y[i] = better ? (int32_t)s : y[i];
    }
  }
}

static CK_CLONES void F(arg_extreme_range)(void *context, int64_t begin, int64_t end) {
  const F(arg_extreme_work) *w = context;
  REAL turned[short_row * lane_limit], rows[short_row * lane_limit + tile] = {0};
  int32_t *y = w->y;
  int64_t n = w->reduce;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner;
    int64_t lanes = w->inner > 1 ? w->inner - j : n <= short_row ? lane_limit : 1;
    if (lanes > end - place) lanes = end - place;
    if (lanes > lane_limit) lanes = lane_limit;
    const REAL *x = w->x + outer * n * w->inner + j;
    if (w->inner == 1 && n <= short_row) {
      F(lanes_turned)(lanes, n, x, rows, turned);
      F(arg_extreme_lanes)(w->maximum, lanes, n, lane_limit, turned, y + place);
    } else {
      F(arg_extreme_lanes)(w->maximum, lanes, n, w->inner, x, y + place);
    }
    place += lanes;
  }
}

static void F(arg_extreme)(
    bool maximum, int64_t outer, int64_t reduce, int64_t inner, const REAL *x, int32_t *y) {
  if (reduce == 0) return;
  F(arg_extreme_work) w = {reduce, inner, maximum, x, y};
  ck_parallel(outer * inner, 32768 / reduce + 1, &w, F(arg_extreme_range));
}
