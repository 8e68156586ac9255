// Work along an axis for several lanes at once: neighbours where the axis is not the last
// (lane stride 1), otherwise short rows (lane stride their length).
typedef struct {
  int64_t lanes, lane_stride, steps, step_stride;
} F(lanes);

#define EACH_LANE VECTORISED for (int64_t i = 0; i < l.lanes; i++)
#define EACH_STEP for (int64_t s = 0; s < l.steps; s++)
#define AT(x) x[i * l.lane_stride + s * l.step_stride]

// shift: the largest of each lane, 0 where that is not finite; total: the sum of e^(x - shift).
MATH void F(exponential_sums)(F(lanes) l, const REAL *x, REAL *shift, REAL *total) {
  EACH_LANE shift[i] = -INFINITY;
  EACH_STEP EACH_LANE shift[i] = AT(x) > shift[i] ? AT(x) : shift[i];
  EACH_LANE shift[i] = shift[i] - shift[i] == 0 ? shift[i] : 0;
  EACH_LANE total[i] = 0;
  EACH_STEP EACH_LANE total[i] += F(exp)(AT(x) - shift[i]);
}

static CK_CLONES void F(log_sum_exp_lanes)(F(lanes) l, const REAL *x, REAL *y) {
  REAL shift[lane_limit], total[lane_limit];
  F(exponential_sums)(l, x, shift, total);
  EACH_LANE y[i] = F(log)(total[i]) + shift[i];
}

static CK_CLONES void F(softmax_lanes)(F(lanes) l, int logarithm, const REAL *x, REAL *y) {
  REAL shift[lane_limit], total[lane_limit];
  F(exponential_sums)(l, x, shift, total);
  if (logarithm) {
    EACH_LANE total[i] = F(log)(total[i]);
    EACH_STEP EACH_LANE AT(y) = (AT(x) - shift[i]) - total[i];
  } else {
    EACH_LANE total[i] = 1 / total[i];
    EACH_STEP EACH_LANE AT(y) = F(exp)(AT(x) - shift[i]) * total[i];
  }
}

static CK_CLONES void F(softmax_gradient_lanes)(
    F(lanes) l, int logarithm, const REAL *y, const REAL *dy, REAL *dx) {
  REAL total[lane_limit];
  EACH_LANE total[i] = 0;
  if (logarithm) {
    EACH_STEP EACH_LANE total[i] += AT(dy);
    EACH_STEP EACH_LANE AT(dx) = AT(dy) - F(exp)(AT(y)) * total[i];
  } else {
    EACH_STEP EACH_LANE total[i] += AT(dy) * AT(y);
    EACH_STEP EACH_LANE AT(dx) = AT(y) * (AT(dy) - total[i]);
  }
}

// One long row: its elements are dealt to `lane_limit` partial sums.
MATH REAL F(row_exponential_sum)(int64_t n, const REAL *x, REAL *result) {
  REAL largest[lane_limit];
  double total[lane_limit] = {0};
  for (int i = 0; i < lane_limit; i++) largest[i] = -INFINITY;
  for (int64_t s = 0; s < n; s += lane_limit) {
    int64_t lanes = n - s < lane_limit ? n - s : lane_limit;
    for (int64_t i = 0; i < lanes; i++) largest[i] = x[s + i] > largest[i] ? x[s + i] : largest[i];
  }
  REAL shift = largest[0];
  for (int i = 1; i < lane_limit; i++) shift = largest[i] > shift ? largest[i] : shift;
  shift = shift - shift == 0 ? shift : 0;
  for (int64_t s = 0; s < n; s += lane_limit) {
    int64_t lanes = n - s < lane_limit ? n - s : lane_limit;
    for (int64_t i = 0; i < lanes; i++) total[i] += F(exp)(x[s + i] - shift);
  }
  for (int i = 1; i < lane_limit; i++) total[0] += total[i];
  *result = (REAL)total[0];
  return shift;
}

static CK_CLONES void F(log_sum_exp_row)(int64_t n, const REAL *x, REAL *y) {
  REAL total, shift = F(row_exponential_sum)(n, x, &total);
  *y = F(log)(total) + shift;
}

static CK_CLONES void F(softmax_row)(int64_t n, int logarithm, const REAL *x, REAL *y) {
  REAL total, shift = F(row_exponential_sum)(n, x, &total);
  if (logarithm) {
    total = F(log)(total);
    VECTORISED for (int64_t i = 0; i < n; i++) y[i] = (x[i] - shift) - total;
  } else {
    total = 1 / total;
    VECTORISED for (int64_t i = 0; i < n; i++) y[i] = F(exp)(x[i] - shift) * total;
  }
}

static CK_CLONES void F(softmax_gradient_row)(
    int64_t n, int logarithm, const REAL *y, const REAL *dy, REAL *dx) {
  double partial[lane_limit] = {0};
  for (int64_t s = 0; s < n; s += lane_limit) {
    int64_t lanes = n - s < lane_limit ? n - s : lane_limit;
    for (int64_t i = 0; i < lanes; i++) {
      partial[i] += logarithm ? dy[s + i] : dy[s + i] * y[s + i];
    }
  }
  for (int i = 1; i < lane_limit; i++) partial[0] += partial[i];
  const REAL total = (REAL)partial[0];
  if (logarithm) {
    VECTORISED for (int64_t i = 0; i < n; i++) dx[i] = dy[i] - F(exp)(y[i]) * total;
  } else {
    VECTORISED for (int64_t i = 0; i < n; i++) dx[i] = y[i] * (dy[i] - total);
  }
}

#undef EACH_LANE
#undef EACH_STEP
#undef AT

typedef struct {
  int logarithm;
  int64_t columns, inner;
  const REAL *x, *dy;
  REAL *y;
} F(softmax_work);

static void F(softmax_range)(void *context, int64_t begin, int64_t end) {
  const F(softmax_work) *w = context;
  int64_t n = w->columns, step = n <= long_row ? lane_limit : 1;
  for (int64_t row = begin; row < end; row += step) {
    int64_t lanes = end - row < step ? end - row : step;
    F(lanes) l = {lanes, n, n, 1};
    const REAL *x = w->x + row * n, *dy = w->dy ? w->dy + row * n : w->dy;
    REAL *y = w->y + row * n;
    if (step == 1 && dy) F(softmax_gradient_row)(n, w->logarithm, x, dy, y);
    else if (step == 1) F(softmax_row)(n, w->logarithm, x, y);
    else if (dy) F(softmax_gradient_lanes)(l, w->logarithm, x, dy, y);
    else F(softmax_lanes)(l, w->logarithm, x, y);
  }
}

static void F(run_softmax)(int64_t rows, F(softmax_work) w) {
  ck_parallel(rows, softmax_grain / (w.columns + 1) + 1, &w, F(softmax_range));
}

void F(ck_softmax)(int64_t rows, int64_t columns, const REAL *x, REAL *y) {
  F(run_softmax)(rows, (F(softmax_work)){0, columns, 1, x, 0, y});
}

void F(ck_log_softmax)(int64_t rows, int64_t columns, const REAL *x, REAL *y) {
  F(run_softmax)(rows, (F(softmax_work)){1, columns, 1, x, 0, y});
}

void F(ck_softmax_gradient)(
    int64_t rows, int64_t columns, const REAL *y, const REAL *dy, REAL *dx) {
  F(run_softmax)(rows, (F(softmax_work)){0, columns, 1, y, dy, dx});
}

void F(ck_log_softmax_gradient)(
    int64_t rows, int64_t columns, const REAL *y, const REAL *dy, REAL *dx) {
  F(run_softmax)(rows, (F(softmax_work)){1, columns, 1, y, dy, dx});
}

// The places of the result, in groups of lanes that share an outer index.
static void F(log_sum_exp_range)(void *context, int64_t begin, int64_t end) {
  const F(softmax_work) *w = context;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner, lanes = 1;
    const REAL *x = w->x + outer * w->columns * w->inner + j;
    if (w->inner == 1 && w->columns > long_row) {
      F(log_sum_exp_row)(w->columns, x, w->y + place);
    } else {
      int64_t available = w->inner == 1 ? end - place : w->inner - j;
      if (available > end - place) available = end - place;
      lanes = available < lane_limit ? available : lane_limit;
      F(lanes) l = {lanes, w->inner == 1 ? w->columns : 1, w->columns, w->inner};
      F(log_sum_exp_lanes)(l, x, w->y + place);
    }
    place += lanes;
  }
}

void F(ck_log_sum_exp)(int64_t outer, int64_t reduce, int64_t inner, const REAL *x, REAL *y) {
  F(softmax_work) w = {0, reduce, inner, x, 0, y};
  ck_parallel(outer * inner, softmax_grain / (reduce + 1) + 1, &w, F(log_sum_exp_range));
}
