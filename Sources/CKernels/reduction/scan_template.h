typedef struct {
  int64_t axis, inner;
  bool flag;  // maximum, or reverse
  bool product;
  const REAL *x;
  void *y;
} F(scan_work);

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
  const F(scan_work) *w = context;
  REAL turned[short_row * lane_limit], rows[short_row * lane_limit + tile] = {0};
  int32_t *y = w->y;
  int64_t n = w->axis;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner;
    int64_t lanes = w->inner > 1 ? w->inner - j : n <= short_row ? lane_limit : 1;
    if (lanes > end - place) lanes = end - place;
    if (lanes > lane_limit) lanes = lane_limit;
    const REAL *x = w->x + outer * n * w->inner + j;
    if (w->inner == 1 && n <= short_row) {
      F(lanes_turned)(lanes, n, x, rows, turned);
      F(arg_extreme_lanes)(w->flag, lanes, n, lane_limit, turned, y + place);
    } else {
      F(arg_extreme_lanes)(w->flag, lanes, n, w->inner, x, y + place);
    }
    place += lanes;
  }
}

void F(ck_arg_extreme)(
    bool maximum, int64_t outer, int64_t reduce, int64_t inner, const REAL *x, int32_t *y) {
  if (reduce == 0) return;
  F(scan_work) w = {reduce, inner, maximum, false, x, y};
  ck_parallel(outer * inner, 32768 / reduce + 1, &w, F(arg_extreme_range));
}

static CK_CLONES void F(cumulative_lanes)(
    bool product, int64_t lanes, int64_t steps, int64_t step_stride, const REAL *x, REAL *y) {
  double total[lane_limit];
  for (int64_t i = 0; i < lanes; i++) total[i] = product;
  for (int64_t s = 0; s < steps; s++, x += step_stride, y += step_stride) {
    if (product) {
      VECTORISED for (int64_t i = 0; i < lanes; i++) y[i] = (REAL)(total[i] *= x[i]);
    } else {
      VECTORISED for (int64_t i = 0; i < lanes; i++) y[i] = (REAL)(total[i] += x[i]);
    }
  }
}

static void F(cumulative_range)(void *context, int64_t begin, int64_t end) {
  const F(scan_work) *w = context;
  int64_t start = w->flag ? (w->axis - 1) * w->inner : 0;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner, lanes = w->inner - j;
    if (lanes > end - place) lanes = end - place;
    if (lanes > lane_limit) lanes = lane_limit;
    int64_t offset = outer * w->axis * w->inner + j + start;
    F(cumulative_lanes)(w->product, lanes, w->axis, w->flag ? -w->inner : w->inner, w->x + offset,
                        (REAL *)w->y + offset);
    place += lanes;
  }
}

void F(ck_cumulative_sum)(
    int64_t outer, int64_t axis, int64_t inner, bool reverse, const REAL *x, REAL *y) {
  F(scan_work) w = {axis, inner, reverse, false, x, y};
  ck_parallel(outer * inner, 32768 / (axis + 1) + 1, &w, F(cumulative_range));
}

void F(ck_cumulative_product)(
    int64_t outer, int64_t axis, int64_t inner, bool reverse, const REAL *x, REAL *y) {
  F(scan_work) w = {axis, inner, reverse, true, x, y};
  ck_parallel(outer * inner, 32768 / (axis + 1) + 1, &w, F(cumulative_range));
}
