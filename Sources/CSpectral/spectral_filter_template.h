// Sums over neighbours by filtering: of products of the values with functions of the features, u = d·x among them, made by
// the links' Taylor form or by their series. A row of products holds them `pitch` apart; with zeros beside the frame it is a
// padded row.

INLINE void F(spectral_products)(
    const F(spectral_work) * work, const REAL *x, const REAL *d, const REAL *f, REAL *products) {
  if (work->series)
    F(series_products)(work, x, d, f, products);
  else
    F(taylor_products)(work, x, d, f, products);
}

INLINE void F(spectral_combine)(
    const F(spectral_work) * work, const REAL *filtered, const REAL *f, REAL *y) {
  if (work->series)
    F(series_combine)(work, filtered, f, y);
  else
    F(taylor_combine)(work, filtered, f, y);
}

INLINE void F(spectral_slope)(
    const F(spectral_work) * work, const REAL *filtered, const REAL *f, int64_t channel, REAL *slope, REAL *scratch) {
  if (work->series)
    F(series_slope)(work, filtered, f, slope, scratch);
  else
    F(taylor_slope)(work, filtered, f, channel, slope);
}

// A row of the result, from the filtered products of u = d·x.
INLINE void F(spectral_finish)(const F(spectral_work) * work, int64_t at, const REAL *u, REAL *ku) {
  const REAL *d = work->d + at;
  REAL *y = work->y + at;
  F(spectral_combine)(work, u, work->f + at, ku);
  VECTORISED
  for (int64_t i = 0; i < work->spectral->width; i++) y[i] = d[i] * ku[i];
}

// A row of the gradients, from the filtered products of u = d·x and those of v = d·dy by the adjoint; rows has three of
// scratch.
INLINE void F(spectral_finish_gradient)(
    const F(spectral_work) * work, int64_t at, const REAL *u, const REAL *v, REAL *rows) {
  int64_t width = work->spectral->width, pitch = work->pitch;
  const REAL *x = work->x + at, *d = work->d + at, *f = work->f + at, *dy = work->dy + at;
  REAL *ku = rows, *kv = rows + pitch, *dx = work->dx + at;
  F(spectral_combine)(work, v, f, kv);
  VECTORISED
  for (int64_t i = 0; i < width; i++) dx[i] = d[i] * kv[i];
  if (!work->dd) return;
  REAL *dd = work->dd + at;
  F(spectral_combine)(work, u, f, ku);
  VECTORISED
  for (int64_t i = 0; i < width; i++) dd[i] = dy[i] * ku[i] + x[i] * kv[i];
  for (int64_t c = 0; c < work->spectral->channels; c++) {
    const REAL *fc = f + c * work->channel_step;
    REAL *df = work->df + c * work->channel_step + at;
    F(spectral_slope)(work, u, fc, c, ku, rows + 2 * pitch);
    F(spectral_slope)(work, v, fc, c, kv, rows + 2 * pitch);
    VECTORISED
    for (int64_t i = 0; i < width; i++) df[i] = d[i] * (dy[i] * ku[i] + x[i] * kv[i]);
  }
}

// Where a frame's rows of products come from: x·d and f, or products made before, `row_step` apart.
typedef struct {
  const REAL *x, *d, *f, *products;
} F(spectral_source);

// Has a row of one of the inputs, x, d and the features, fetched as far as the second-level cache: a CPU doesn't foresee
// rows that others are read between.
INLINE void F(spectral_expect)(const F(spectral_work) * work, F(spectral_source) source, int64_t row, int64_t input) {
  const ck_spectral *s = work->spectral;
  if (!source.x || row >= s->height || input >= 2 + s->channels) return;
  const REAL *from = input == 0 ? source.x : input == 1 ? source.d : source.f + (input - 2) * work->channel_step;
  from += row * s->width;
  for (int64_t i = 0; i < s->width; i += 64 / (int64_t)sizeof(REAL)) __builtin_prefetch(from + i, 0, 2);
}

// Filters a block of rows of a frame, from `first`, downwards, into padded rows. The window holds the rows of products that the
// block's filters span, padded too; the next block further down reuses what they share.
INLINE void F(spectral_filter_down)(
    const F(spectral_work) * work, F(spectral_source) source, int64_t first, bool continues, REAL *window,
    REAL *filtered) {
  const ck_spectral *s = work->spectral;
  int64_t kh = s->sizes[1], kw = s->sizes[2], depth = kh + block_rows - 1, row_step = work->row_step;
  const REAL *rows[depth];
  for (int64_t k = 0; k < depth; k++) {
    int64_t h = first - kh / 2 + k, at = h * s->width;
    REAL *row = window + (h + depth) % depth * row_step;
    rows[k] = row;
    if (continues && k < kh - 1) continue;
    if (h < 0 || h >= s->height) {
      memset(row, 0, (size_t)row_step * sizeof(REAL));
    } else if (source.products) {
      for (int64_t q = 0; q < work->planes; q++)
        memcpy(
            row + q * work->pitch + kw / 2, source.products + h * row_step + q * work->pitch,
            (size_t)s->width * sizeof(REAL));
    } else {
      F(spectral_products)(work, source.x + at, source.d + at, source.f + at, row + kw / 2);
    }
  }
  F(spectral_block)(kh, row_step, rows, work->taps[1], filtered);
}

// Filters a padded row of one of the products sideways.
INLINE void F(spectral_filter_across)(const F(spectral_work) * work, const REAL *row, REAL *filtered) {
  int64_t kw = work->spectral->sizes[2];
  const REAL *shifted[kw];
  for (int64_t k = 0; k < kw; k++) shifted[k] = row + k;
  F(spectral_sum)(kw, work->spectral->width, shifted, work->taps[2], filtered);
}

// Filters a block of rows of a frame both ways, while the rows of the next block are fetched.
INLINE void F(spectral_filter)(
    const F(spectral_work) * work, F(spectral_source) source, int64_t first, bool continues, REAL *window,
    REAL *vertical, REAL *filtered) {
  F(spectral_filter_down)(work, source, first, continues, window, vertical);
  for (int64_t j = 0; j < block_rows; j++)
    for (int64_t q = 0; q < work->planes; q++) {
      int64_t at = j * work->row_step + q * work->pitch;
      F(spectral_expect)(work, source, first + work->spectral->sizes[1] / 2 + block_rows + j, q);
      F(spectral_filter_across)(work, vertical + at, filtered + at);
    }
}
