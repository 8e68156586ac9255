// Work along an axis for several lanes side by side: element (step, lane) stands at
// step * stride + lane.
typedef struct {
  int64_t lanes, steps, stride;
} F(lanes);

// Not unrolled, lest the vectors be made of steps instead.
#define EACH_LANE \
  _Pragma("clang loop vectorize(assume_safety) unroll(disable)") for (int64_t i = 0; i < l.lanes; i++)
// Four steps at a time, so that what there is for each lane is loaded and stored once for all four.
#define EACH_STEP_AND_LANE(statement)                                       \
  {                                                                         \
    int64_t step = 0;                                                       \
    for (; step + 4 <= l.steps; step += 4) {                                \
      EACH_LANE {                                                           \
        for (int64_t s = step; s < step + 4; s++) statement;                \
      }                                                                     \
    }                                                                       \
    for (int64_t s = step; s < l.steps; s++) {                              \
      EACH_LANE statement;                                                  \
    }                                                                       \
  }
#define AT(x) x[s * l.stride + i]

// The largest of each lane, 0 where that is not finite.
INLINE void F(lane_shifts)(F(lanes) l, const REAL *x, REAL *shift) {
  EACH_LANE shift[i] = -INFINITY;
  EACH_STEP_AND_LANE(shift[i] = AT(x) > shift[i] ? AT(x) : shift[i])
  EACH_LANE shift[i] = shift[i] - shift[i] == 0 ? shift[i] : 0;
}

// total: the sum of e^(x - shift).
INLINE void F(exponential_sums)(F(lanes) l, const REAL *x, REAL *shift, REAL *total) {
  F(lane_shifts)(l, x, shift);
  EACH_LANE total[i] = 0;
  EACH_STEP_AND_LANE(total[i] += F(exp_of_negative)(AT(x) - shift[i]))
}

INLINE void F(log_sum_exp_lanes)(F(lanes) l, const REAL *x, REAL *y) {
  REAL shift[lane_limit], total[lane_limit];
  F(exponential_sums)(l, x, shift, total);
  EACH_LANE y[i] = F(log)(total[i]) + shift[i];
}

// What log-sum-exp is where the sum came to NaN: NaN where an element is, infinite otherwise.
static REAL F(unsummable)(int64_t n, int64_t stride, const REAL *x) {
  for (int64_t i = 0; i < n; i++) {
    if (x[i * stride] != x[i * stride]) return (REAL)NAN;
  }
  return (REAL)INFINITY;
}

INLINE void F(softmax_lanes)(F(lanes) l, int logarithm, const REAL *x, REAL *y) {
  REAL shift[lane_limit], total[lane_limit];
  if (logarithm) {
    F(exponential_sums)(l, x, shift, total);
    EACH_LANE total[i] = F(log)(total[i]);
    EACH_STEP_AND_LANE(AT(y) = (AT(x) - shift[i]) - total[i])
  } else {
    F(lane_shifts)(l, x, shift);
    EACH_LANE total[i] = 0;
    EACH_STEP_AND_LANE(total[i] += AT(y) = F(exp_of_negative)(AT(x) - shift[i]))
    EACH_LANE total[i] = 1 / total[i];
    EACH_STEP_AND_LANE(AT(y) *= total[i])
  }
}

INLINE void F(softmax_gradient_lanes)(
    F(lanes) l, int logarithm, const REAL *y, const REAL *dy, REAL *dx) {
  REAL total[lane_limit];
  EACH_LANE total[i] = 0;
  if (logarithm) {
    EACH_STEP_AND_LANE(total[i] += AT(dy))
    int is_any_idle = 0;
    EACH_LANE is_any_idle |= total[i] == 0;
    if (is_any_idle) EACH_STEP_AND_LANE(AT(dx) = AT(dy) - (total[i] == 0 ? 0 : F(exp)(AT(y)) * total[i]))
    else EACH_STEP_AND_LANE(AT(dx) = AT(dy) - F(exp)(AT(y)) * total[i])
  } else {
    EACH_STEP_AND_LANE(total[i] += AT(dy) * AT(y))
    EACH_STEP_AND_LANE(AT(dx) = AT(y) * (AT(dy) - total[i]))
  }
}

#undef EACH_LANE
#undef EACH_STEP_AND_LANE
#undef AT

// Adds `value` over a long row to result, in double every `sum_length` elements.
#define ROW_SUM(result, n, value)                                               \
  for (int64_t first = 0; first < n; first += sum_length) {                     \
    _Pragma("clang fp reassociate(on)")                                         \
    const int64_t stop = n - first < sum_length ? n : first + sum_length;       \
    REAL part = 0;                                                              \
    VECTORISED for (int64_t i = first; i < stop; i++) part += value;            \
    result += (double)part;                                                     \
  }

// The largest of a row, 0 where that is not finite. Of integers, whose largest may be sought in any order.
INLINE REAL F(row_shift)(int64_t n, const REAL *x) {
  BITS largest = F(ordered)(F(bits)(-INFINITY));
  for (int64_t i = 0; i < n; i++) {
    const BITS candidate = F(ordered)(F(bits)(x[i]));
    largest = candidate > largest ? candidate : largest;
  }
  const REAL shift = F(number)(F(ordered)(largest));
  return shift - shift == 0 ? shift : 0;
}

INLINE void F(log_sum_exp_row)(int64_t n, const REAL *x, REAL *y) {
  const REAL shift = F(row_shift)(n, x);
  double total = 0;
  ROW_SUM(total, n, F(exp_of_negative)(x[i] - shift))
  *y = F(log)((REAL)total) + shift;
}

// Several rows, one stage after the other: a row's stages wait for each other, those of other rows need not.
INLINE void F(softmax_rows)(int64_t rows, int64_t n, int logarithm, const REAL *x, REAL *y) {
  REAL shift[rows_together];
  double total[rows_together] = {0};
  for (int64_t r = 0; r < rows; r++) shift[r] = F(row_shift)(n, x + r * n);
  for (int64_t r = 0; r < rows; r++, x += n, y += n) {
    const REAL low = shift[r];
    if (logarithm) ROW_SUM(total[r], n, F(exp_of_negative)(x[i] - low))
    else ROW_SUM(total[r], n, (y[i] = F(exp_of_negative)(x[i] - low)))
  }
  x -= rows * n;
  y -= rows * n;
  for (int64_t r = 0; r < rows; r++, x += n, y += n) {
    if (logarithm) {
      const REAL low = shift[r], height = F(log)((REAL)total[r]);
      VECTORISED for (int64_t i = 0; i < n; i++) y[i] = (x[i] - low) - height;
    } else {
      // The sum is at least 1, so that its reciprocal is as good, and quicker.
      const REAL scale = (REAL)(1 / total[r]);
      VECTORISED for (int64_t i = 0; i < n; i++) y[i] *= scale;
    }
  }
}

INLINE void F(softmax_gradient_rows)(
    int64_t rows, int64_t n, int logarithm, const REAL *y, const REAL *dy, REAL *dx) {
  double sums[rows_together] = {0};
  for (int64_t r = 0; r < rows; r++) {
    const REAL *g = dy + r * n, *v = y + r * n;
    if (logarithm) ROW_SUM(sums[r], n, g[i])
    else ROW_SUM(sums[r], n, g[i] * v[i])
  }
  for (int64_t r = 0; r < rows; r++, y += n, dy += n, dx += n) {
    const REAL total = (REAL)sums[r];
    // A row without a gradient, an ignored one's, has none, even where it is infinite or NaN.
    if (logarithm && total == 0) {
      VECTORISED for (int64_t i = 0; i < n; i++) dx[i] = dy[i];
    } else if (logarithm) {
      VECTORISED for (int64_t i = 0; i < n; i++) dx[i] = dy[i] - F(exp)(y[i]) * total;
    } else {
      VECTORISED for (int64_t i = 0; i < n; i++) dx[i] = y[i] * (dy[i] - total);
    }
  }
}

#undef ROW_SUM

typedef struct {
  int logarithm;
  int64_t columns, inner;
  const REAL *x, *dy;
  REAL *y;
} F(softmax_work);

static CK_CLONES void F(softmax_long)(void *context, int64_t begin, int64_t end) {
  const F(softmax_work) *w = context;
  int64_t n = w->columns;
  for (int64_t row = begin; row < end; row += rows_together) {
    int64_t rows = end - row < rows_together ? end - row : rows_together;
    const REAL *x = w->x + row * n;
    REAL *y = w->y + row * n;
    fetch(x + rows * n, rows * n * (int64_t)sizeof(REAL));
    if (w->dy) fetch(w->dy + (row + rows) * n, rows * n * (int64_t)sizeof(REAL));
    if (w->dy) F(softmax_gradient_rows)(rows, n, w->logarithm, x, w->dy + row * n, y);
    else F(softmax_rows)(rows, n, w->logarithm, x, y);
  }
}

static CK_CLONES void F(softmax_short)(void *context, int64_t begin, int64_t end) {
  const F(softmax_work) *w = context;
  REAL x[lane_limit * lane_limit], dy[lane_limit * lane_limit], rows[lane_limit * lane_limit] = {0};
  int64_t n = w->columns;
  const F(lanes) l = {lane_limit, n, lane_limit};
  for (int64_t row = begin; row < end; row += lane_limit) {
    int64_t lanes = end - row < lane_limit ? end - row : lane_limit;
    F(lanes_turned)(lanes, n, w->x + row * n, rows, x);
    fetch(w->x + (row + lanes) * n, lanes * n * (int64_t)sizeof(REAL));
    if (w->dy) {
      F(lanes_turned)(lanes, n, w->dy + row * n, rows, dy);
      fetch(w->dy + (row + lanes) * n, lanes * n * (int64_t)sizeof(REAL));
      F(softmax_gradient_lanes)(l, w->logarithm, x, dy, x);
    } else {
      F(softmax_lanes)(l, w->logarithm, x, x);
    }
    F(lanes_turned_back)(lanes, n, x, rows, w->y + row * n);
  }
}

static void F(run_softmax)(int64_t rows, F(softmax_work) w) {
  ck_parallel(
      rows, softmax_grain / (w.columns + 1) + 1, &w,
      w.columns < lane_limit ? F(softmax_short) : F(softmax_long));
}

static void F(softmax)(int64_t rows, int64_t columns, const REAL *x, REAL *y) {
  F(run_softmax)(rows, (F(softmax_work)){0, columns, 1, x, 0, y});
}

static void F(log_softmax)(int64_t rows, int64_t columns, const REAL *x, REAL *y) {
  F(run_softmax)(rows, (F(softmax_work)){1, columns, 1, x, 0, y});
}

static void F(softmax_gradient)(
    int64_t rows, int64_t columns, const REAL *y, const REAL *dy, REAL *dx) {
  F(run_softmax)(rows, (F(softmax_work)){0, columns, 1, y, dy, dx});
}

static void F(log_softmax_gradient)(
    int64_t rows, int64_t columns, const REAL *y, const REAL *dy, REAL *dx) {
  F(run_softmax)(rows, (F(softmax_work)){1, columns, 1, y, dy, dx});
}

// The places of the result, in groups of lanes that share an outer index.
static CK_CLONES void F(log_sum_exp_range)(void *context, int64_t begin, int64_t end) {
  const F(softmax_work) *w = context;
  REAL turned[lane_limit * lane_limit], rows[lane_limit * lane_limit] = {0};
  int64_t n = w->columns;
  for (int64_t place = begin; place < end;) {
    int64_t outer = place / w->inner, j = place % w->inner;
    int64_t lanes = w->inner > 1 ? w->inner - j : n < lane_limit ? lane_limit : 1;
    if (lanes > end - place) lanes = end - place;
    if (lanes > lane_limit) lanes = lane_limit;
    const REAL *x = w->x + outer * n * w->inner + j;
    if (w->inner > 1) {
      F(log_sum_exp_lanes)((F(lanes)){lanes, n, w->inner}, x, w->y + place);
    } else if (n < lane_limit) {
      F(lanes_turned)(lanes, n, x, rows, turned);
      F(log_sum_exp_lanes)((F(lanes)){lanes, n, lane_limit}, turned, w->y + place);
    } else {
      F(log_sum_exp_row)(n, x, w->y + place);
    }
    for (int64_t i = 0; i < lanes; i++) {
      REAL *y = w->y + place + i;
      if (*y != *y) *y = F(unsummable)(n, w->inner, w->inner > 1 ? x + i : x + i * n);
    }
    place += lanes;
  }
}

static void F(log_sum_exp)(int64_t outer, int64_t reduce, int64_t inner, const REAL *x, REAL *y) {
  F(softmax_work) w = {0, reduce, inner, x, 0, y};
  ck_parallel(outer * inner, softmax_grain / (reduce + 1) + 1, &w, F(log_sum_exp_range));
}
