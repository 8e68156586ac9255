typedef struct {
  int64_t axis, inner;
  bool reverse, product;
  const REAL *x;
  REAL *y;
} F(scan_work);

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
  int64_t start = w->reverse ? (w->axis - 1) * w->inner : 0;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner, lanes = w->inner - j;
    if (lanes > end - place) lanes = end - place;
    if (lanes > lane_limit) lanes = lane_limit;
    int64_t offset = outer * w->axis * w->inner + j + start;
    F(cumulative_lanes)(
        w->product, lanes, w->axis, w->reverse ? -w->inner : w->inner, w->x + offset, w->y + offset);
    place += lanes;
  }
}

static void F(cumulative_sum)(
    int64_t outer, int64_t axis, int64_t inner, bool reverse, const REAL *x, REAL *y) {
  F(scan_work) w = {axis, inner, reverse, false, x, y};
  ck_parallel(outer * inner, 32768 / (axis + 1) + 1, &w, F(cumulative_range));
}

static void F(cumulative_product)(
    int64_t outer, int64_t axis, int64_t inner, bool reverse, const REAL *x, REAL *y) {
  F(scan_work) w = {axis, inner, reverse, true, x, y};
  ck_parallel(outer * inner, 32768 / (axis + 1) + 1, &w, F(cumulative_range));
}
