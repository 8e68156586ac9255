// Exact links of one channel as a series. With t = (f − centre)/reach in [−1, 1] and b = 2α·reach²,
//   exp(−α (f_i − f_j)²) = exp(−½b·t_i²)·exp(−½b·t_j²)·exp(b·t_i·t_j),
// and the last factor is a polynomial Σ a_k (t_i·t_j)^k to the element type's accuracy, of few terms where b is small. So the
// exact operator too is a sum of filtered products, exp(−½b·t²)·t^k·u for each k.

// t and exp(−½b·t²).
INLINE REAL F(series_place)(const F(spectral_series) * series, REAL f) { return (f - series->centre) * series->scale; }
INLINE REAL F(series_bell)(const F(spectral_series) * series, REAL t) {
  return F(exp_of_negative)(R(-0.5) * series->bound * (t * t));
}

// A row's products.
INLINE void F(series_products)(
    const F(spectral_work) * work, const REAL *x, const REAL *d, const REAL *f, REAL *products) {
  const F(spectral_series) *series = work->series;
  int64_t width = work->spectral->width, pitch = work->pitch;
  VECTORISED
  for (int64_t i = 0; i < width; i++)
    products[i] = F(series_bell)(series, F(series_place)(series, f[i])) * (x[i] * d[i]);
  for (int64_t k = 1; k < work->planes; k++, products += pitch) {
    REAL *next = products + pitch;
    VECTORISED
    for (int64_t i = 0; i < width; i++) next[i] = products[i] * F(series_place)(series, f[i]);
  }
}

// K(u) from the filtered products of u.
INLINE void F(series_combine)(const F(spectral_work) * work, const REAL *filtered, const REAL *f, REAL *y) {
  const F(spectral_series) *series = work->series;
  int64_t width = work->spectral->width, last = work->planes - 1;
  REAL inverse_alpha = R(1 / work->spectral->alpha);
  const REAL *plane = filtered + last * work->pitch;
  REAL factor = series->factors[last];
  VECTORISED
  for (int64_t i = 0; i < width; i++) y[i] = factor * plane[i];
  for (int64_t k = last - 1; k >= 0; k--) {
    plane -= work->pitch;
    factor = series->factors[k];
    VECTORISED
    for (int64_t i = 0; i < width; i++) y[i] = y[i] * F(series_place)(series, f[i]) + factor * plane[i];
  }
  VECTORISED
  for (int64_t i = 0; i < width; i++)
    y[i] *= inverse_alpha * F(series_bell)(series, F(series_place)(series, f[i]));
}

// The slope of K(u) in the pixels' own features, from the filtered products of u; a row of scratch.
INLINE void F(series_slope)(
    const F(spectral_work) * work, const REAL *filtered, const REAL *f, REAL *slope, REAL *sum) {
  const F(spectral_series) *series = work->series;
  int64_t width = work->spectral->width;
  REAL scale = series->scale * R(1 / work->spectral->alpha);
  memset(slope, 0, (size_t)width * sizeof(REAL));
  memset(sum, 0, (size_t)width * sizeof(REAL));
  for (int64_t k = work->planes - 1; k >= 0; k--) {
    const REAL *plane = filtered + k * work->pitch, factor = series->factors[k];
    VECTORISED
    for (int64_t i = 0; i < width; i++) {
      REAL t = F(series_place)(series, f[i]);
      slope[i] = slope[i] * t + sum[i];
      sum[i] = sum[i] * t + factor * plane[i];
    }
  }
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL t = F(series_place)(series, f[i]);
    slope[i] = scale * F(series_bell)(series, t) * (slope[i] - series->bound * t * sum[i]);
  }
}

typedef struct {
  const REAL *f;
  int64_t count;
  REAL low[most_pieces], high[most_pieces];
} F(series_range);

INLINE void F(series_range_of)(const REAL *f, int64_t count, REAL *low, REAL *high) {
  F(vector) lows = R(INFINITY), highs = -lows;
  for (; count >= lanes; count -= lanes, f += lanes) {
    F(vector) next = F(load)(f);
    lows = next < lows ? next : lows;
    highs = next > highs ? next : highs;
  }
  for (int64_t k = 0; k < lanes + count; k++) {
    REAL least = k < lanes ? lows[k] : f[k - lanes], most = k < lanes ? highs[k] : f[k - lanes];
    *low = least < *low ? least : *low;
    *high = most > *high ? most : *high;
  }
}

CK_CLONES static void F(series_find_range)(void *context, int64_t begin, int64_t end) {
  F(series_range) *range = context;
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t first = range->count * piece / most_pieces, last = range->count * (piece + 1) / most_pieces;
    range->low[piece] = R(INFINITY);
    range->high[piece] = R(-INFINITY);
    F(series_range_of)(range->f + first, last - first, range->low + piece, range->high + piece);
  }
}

// The series of one channel's links, where it takes less than the neighbours one by one.
static bool F(spectral_make_series)(const F(spectral_work) * work, F(spectral_series) * series, int64_t *planes) {
  const ck_spectral *s = work->spectral;
  int64_t neighbours = s->sizes[0] * s->sizes[1] * s->sizes[2];
  if (s->channels != 1 || neighbours <= tap_count(s)) return false;
  F(series_range) range = {.f = work->f, .count = work->channel_step};
  ck_parallel(most_pieces, 1, &range, F(series_find_range));
  REAL low = range.low[0], high = range.high[0];
  for (int64_t piece = 1; piece < most_pieces; piece++) {
    low = range.low[piece] < low ? range.low[piece] : low;
    high = range.high[piece] > high ? range.high[piece] : high;
  }
  double reach = high > low ? ((double)high - (double)low) / 2 : 0, bound = 2 * s->alpha * reach * reach;
  double factors[most_terms];
  if (!(bound < 4)) return false;
  *planes = exponential_series(bound, sizeof(REAL) == 4 ? 0x1p-25 : 0x1p-54, factors);
  for (int64_t k = 0; k < *planes; k++) series->factors[k] = R(factors[k]);
  series->centre = low + R(reach);
  series->scale = reach > 0 ? R(1 / reach) : 0;
  series->bound = R(bound);
  return *planes * tap_count(s) < neighbours;
}
