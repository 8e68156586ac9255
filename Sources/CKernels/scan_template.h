typedef struct {
  int64_t axis, inner;
  bool flag;  // maximum, or reverse
  const REAL *x;
  void *y;
} F(scan_work);

static CK_CLONES void F(arg_extreme_lanes)(
    bool maximum, int64_t lanes, int64_t lane_stride, int64_t steps, int64_t step_stride,
    const REAL *x, int32_t *y) {
  REAL best[scan_lanes];
  int32_t place[scan_lanes];
  for (int64_t i = 0; i < lanes; i++) {
    best[i] = x[i * lane_stride];
    place[i] = 0;
  }
  for (int64_t s = 1; s < steps; s++) {
    for (int64_t i = 0; i < lanes; i++) {
      const REAL u = x[i * lane_stride + s * step_stride], v = best[i];
      int better = (maximum ? u > v : u < v) | ((u != u) & (v == v));
      best[i] = better ? u : v;
      place[i] = better ? (int32_t)s : place[i];
    }
  }
  for (int64_t i = 0; i < lanes; i++) y[i] = place[i];
}

static void F(arg_extreme_range)(void *context, int64_t begin, int64_t end) {
  const F(scan_work) *w = context;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner;
    int64_t lanes = w->inner == 1 ? end - place : w->inner - j;
    if (lanes > end - place) lanes = end - place;
    if (lanes > scan_lanes) lanes = scan_lanes;
    F(arg_extreme_lanes)(
        w->flag, lanes, w->inner == 1 ? w->axis : 1, w->axis, w->inner,
        w->x + outer * w->axis * w->inner + j, (int32_t *)w->y + place);
    place += lanes;
  }
}

void F(ck_arg_extreme)(
    bool maximum, int64_t outer, int64_t reduce, int64_t inner, const REAL *x, int32_t *y) {
  if (reduce == 0) return;
  F(scan_work) w = {reduce, inner, maximum, x, y};
  ck_parallel(outer * inner, 32768 / reduce + 1, &w, F(arg_extreme_range));
}

static CK_CLONES void F(cumulative_sum_lanes)(
    int64_t lanes, int64_t steps, int64_t step_stride, const REAL *x, REAL *y) {
  double total[scan_lanes] = {0};
  for (int64_t s = 0; s < steps; s++) {
    VECTORISED for (int64_t i = 0; i < lanes; i++) {
      total[i] += x[s * step_stride + i];
      y[s * step_stride + i] = (REAL)total[i];
    }
  }
}

static void F(cumulative_sum_range)(void *context, int64_t begin, int64_t end) {
  const F(scan_work) *w = context;
  int64_t start = w->flag ? (w->axis - 1) * w->inner : 0;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner, lanes = w->inner - j;
    if (lanes > end - place) lanes = end - place;
    if (lanes > scan_lanes) lanes = scan_lanes;
    int64_t offset = outer * w->axis * w->inner + j + start;
    F(cumulative_sum_lanes)(
        lanes, w->axis, w->flag ? -w->inner : w->inner, w->x + offset, (REAL *)w->y + offset);
    place += lanes;
  }
}

void F(ck_cumulative_sum)(
    int64_t outer, int64_t axis, int64_t inner, bool reverse, const REAL *x, REAL *y) {
  F(scan_work) w = {axis, inner, reverse, x, y};
  ck_parallel(outer * inner, 32768 / (axis + 1) + 1, &w, F(cumulative_sum_range));
}
