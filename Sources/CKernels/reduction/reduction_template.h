INLINE double F(identity)(ck_reduction op) {
  switch (op) {
    case ck_reduction_product: return 1;
    case ck_reduction_maximum: return -(double)INFINITY;
    case ck_reduction_minimum: return (double)INFINITY;
    default: return 0;
  }
}

// Takes one element into a running value.
INLINE REAL F(taken)(ck_reduction op, REAL value, REAL x) {
  switch (op) {
    case ck_reduction_product: return value * x;
    case ck_reduction_maximum: return x > value || x != x ? x : value;
    case ck_reduction_minimum: return x < value || x != x ? x : value;
    case ck_reduction_sum_of_squares: return value + x * x;
    case ck_reduction_sum_of_absolutes: return value + F(fabs)(x);
    default: return value + x;
  }
}

// Joins two running values.
INLINE double F(joined)(ck_reduction op, double a, double b) {
  switch (op) {
    case ck_reduction_product: return a * b;
    case ck_reduction_maximum: return b > a || b != b ? b : a;
    case ck_reduction_minimum: return b < a || b != b ? b : a;
    default: return a + b;
  }
}

// Reduces `rows` rows of `width` neighbours, `stride` apart. Where rows are short and adjacent,
// `fold` of them (a power of two) are taken as one; REAL accumulators take few rows each, four at
// a time, and join totals in double.
INLINE void F(fold_rows)(
    ck_reduction op, int64_t rows, int64_t width, int64_t stride, int64_t fold, const REAL *x,
    double *totals) {
  REAL values[reduction_width];
  const REAL start = (REAL)F(identity)(op);
  int64_t wide = width * fold, step = stride * fold, groups = rows / fold;
  for (int64_t j = 0; j < wide; j++) totals[j] = start;
  for (int64_t first = 0; first < rows;) {
    int64_t full = groups < rows_per_total ? groups : rows_per_total;
    // What is left below one group comes last, as a shorter one.
    int64_t length = full > 0 ? wide : (rows - first) * width;
    int64_t count = full > 0 ? full : 1;
    for (int64_t j = 0; j < length; j++) values[j] = start;
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      const REAL *row = x + first * stride + i * step;
      for (int64_t j = 0; j < length; j++) {
        REAL value = F(taken)(op, values[j], row[j]);
        for (int k = 1; k < 4; k++) value = F(taken)(op, value, row[k * step + j]);
        values[j] = value;
      }
    }
    for (; i < count; i++) {
      const REAL *row = x + first * stride + i * step;
      for (int64_t j = 0; j < length; j++) values[j] = F(taken)(op, values[j], row[j]);
    }
    for (int64_t j = 0; j < length; j++) totals[j] = F(joined)(op, totals[j], values[j]);
    groups -= full;
    first += full > 0 ? full * fold : rows - first;
  }
  for (; fold > 1; fold /= 2) {
    int64_t half = width * (fold / 2);
    for (int64_t j = 0; j < half; j++) totals[j] = F(joined)(op, totals[j], totals[j + half]);
  }
}

#define CASE(op) \
  case op: F(fold_rows)(op, rows, width, stride, fold, x, totals); break;

static CK_CLONES void F(reduce_rows)(
    ck_reduction op, int64_t rows, int64_t width, int64_t stride, int64_t fold, const REAL *x,
    double *totals) {
  switch (op) {
    CASE(ck_reduction_sum)
    CASE(ck_reduction_product)
    CASE(ck_reduction_maximum)
    CASE(ck_reduction_minimum)
    CASE(ck_reduction_sum_of_squares)
    CASE(ck_reduction_sum_of_absolutes)
  }
}

#undef CASE

// Many short rows, one after the other: `lanes` of them at once.
INLINE void F(fold_short)(
    ck_reduction op, int64_t lanes, int64_t length, const REAL *x, REAL *y) {
  REAL values[short_lanes];
  for (int64_t i = 0; i < lanes; i++) values[i] = (REAL)F(identity)(op);
  for (int64_t j = 0; j < length; j++) {
    for (int64_t i = 0; i < lanes; i++) values[i] = F(taken)(op, values[i], x[i * length + j]);
  }
  for (int64_t i = 0; i < lanes; i++) {
    y[i] = values[i];
  }
}

#define CASE(op) \
  case op: F(fold_short)(op, lanes, length, x, y); break;

static CK_CLONES void F(reduce_short)(
    ck_reduction op, int64_t lanes, int64_t length, const REAL *x, REAL *y) {
  switch (op) {
    EACH_CASE
  }
}

#undef CASE

// One row of at most `long_length` elements, in any order that suits the vectors.
INLINE REAL F(fold_row)(ck_reduction op, int64_t length, const REAL *x) {
  if (op == ck_reduction_maximum || op == ck_reduction_minimum) {
    // As integers in the numbers' order: of those, unlike numbers, the extreme may be sought in any order.
    BITS best = F(ordered)(F(bits)((REAL)F(identity)(op)));
    int is_unordered = 0;
    // There is more to do here than the processor's own foresight keeps up with.
    for (int64_t i = 0; i < length; i += 64 / (int)sizeof(REAL))
      __builtin_prefetch((const char *)(x + i) + (16 << 10));
    for (int64_t i = 0; i < length; i++) {
      const BITS key = F(ordered)(F(bits)(x[i]));
      best = op == ck_reduction_maximum ? (key > best ? key : best) : (key < best ? key : best);
      is_unordered |= x[i] != x[i];
    }
    return is_unordered ? (REAL)NAN : F(number)(F(ordered)(best));
  }
  REAL total = (REAL)F(identity)(op);
  {
    _Pragma("clang fp reassociate(on)")
    for (int64_t i = 0; i < length; i++) {
      if (op == ck_reduction_product) total *= x[i];
      else if (op == ck_reduction_sum_of_squares) total += x[i] * x[i];
      else if (op == ck_reduction_sum_of_absolutes) total += F(fabs)(x[i]);
      else total += x[i];
    }
  }
  return total;
}

#define CASE(op) \
  case op: for (int64_t i = 0; i < rows; i++) y[i] = F(fold_row)(op, length, x + i * length); break;

static CK_CLONES void F(reduce_each_row)(
    ck_reduction op, int64_t rows, int64_t length, const REAL *x, REAL *y) {
  switch (op) {
    EACH_CASE
  }
}

#undef CASE

// The axis is cut into segments and the row of neighbours into columns, one piece of work each.
typedef struct {
  ck_reduction op;
  int64_t outer, reduce, inner;
  int64_t segment, segments, width, columns, fold;
  const REAL *x;
  REAL *y;
  double *partial;  // [outer, segments, inner] where there are several segments
} F(reduction_work);

static void F(write_reduced)(int64_t count, const double *totals, REAL *y) {
  for (int64_t j = 0; j < count; j++) y[j] = (REAL)totals[j];
}

// One segment of neighbours.
static double F(reduced_run)(ck_reduction op, int64_t length, const REAL *x) {
  REAL parts[segment_elements / long_length + 1];
  int64_t whole = length / long_length, rest = length % long_length;
  F(reduce_each_row)(op, whole, long_length, x, parts);
  F(reduce_each_row)(op, 1, rest, x + whole * long_length, parts + whole);
  double total = (double)parts[0];
  for (int64_t i = 1; i <= whole; i++) total = F(joined)(op, total, (double)parts[i]);
  return total;
}

static void F(reduce_range)(void *context, int64_t begin, int64_t end) {
  const F(reduction_work) *w = context;
  double totals[reduction_width];
  for (int64_t index = begin; index < end; index++) {
    int64_t column = index % w->columns * w->width, rest = index / w->columns;
    int64_t first = rest % w->segments * w->segment, outer = rest / w->segments;
    int64_t rows = w->reduce - first < w->segment ? w->reduce - first : w->segment;
    int64_t width = w->inner - column < w->width ? w->inner - column : w->width;
    const REAL *x = w->x + (outer * w->reduce + first) * w->inner + column;
    if (w->inner == 1) totals[0] = F(reduced_run)(w->op, rows, x);
    else F(reduce_rows)(w->op, rows, width, w->inner, w->fold, x, totals);
    if (w->segments > 1) {
      memcpy(w->partial + rest * w->inner + column, totals, (size_t)width * sizeof(double));
    } else {
      F(write_reduced)(width, totals, w->y + outer * w->inner + column);
    }
  }
}

static void F(short_range)(void *context, int64_t begin, int64_t end) {
  const F(reduction_work) *w = context;
  for (int64_t row = begin; row < end; row += short_lanes) {
    int64_t lanes = end - row < short_lanes ? end - row : short_lanes;
    F(reduce_short)(w->op, lanes, w->reduce, w->x + row * w->reduce, w->y + row);
  }
}

static void F(rows_range)(void *context, int64_t begin, int64_t end) {
  const F(reduction_work) *w = context;
  F(reduce_each_row)(w->op, end - begin, w->reduce, w->x + begin * w->reduce, w->y + begin);
}

static void F(reduce)(
    ck_reduction op, int64_t outer, int64_t reduce, int64_t inner, const REAL *x, REAL *y) {
  F(reduction_work) w = {.op = op, .outer = outer, .reduce = reduce, .inner = inner, .x = x, .y = y};
  if (outer == 0 || inner == 0) return;
  if (inner == 1 && reduce <= long_length && outer > 1) {
    ck_parallel(
        outer, reduction_grain / (reduce + 1) + 1, &w, reduce <= short_length ? F(short_range) : F(rows_range));
    return;
  }
  w.width = inner < reduction_width ? inner : reduction_width;
  w.columns = (inner + w.width - 1) / w.width;
  w.fold = 1;
  while (w.fold * 2 * inner <= folded_width && w.fold * 16 <= reduce) w.fold *= 2;
  w.segment = (segment_elements / w.width / w.fold + 1) * w.fold;
  w.segments = reduce > w.segment ? (reduce + w.segment - 1) / w.segment : 1;
  int64_t piece = (reduce < w.segment ? reduce : w.segment) * w.width + 1;
  size_t bytes = w.segments > 1 ? (size_t)(outer * w.segments * inner) * sizeof(double) : 0;
  if (bytes > 0) w.partial = ck_allocate(bytes);
  ck_parallel(outer * w.segments * w.columns, reduction_grain / piece + 1, &w, F(reduce_range));
  if (bytes == 0) return;

  for (int64_t o = 0; o < outer; o++) {
    double *total = w.partial + o * w.segments * inner;
    for (int64_t s = 1; s < w.segments; s++) {
      for (int64_t j = 0; j < inner; j++) {
        total[j] = F(joined)(op, total[j], total[s * inner + j]);
      }
    }
    F(write_reduced)(inner, total, y + o * inner);
  }
  ck_deallocate(w.partial, bytes);
}
