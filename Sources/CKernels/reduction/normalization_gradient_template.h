// Batch norm's gradients.

// The gradient of each channel's affine map, g being dy where the mask lets it pass. Mean, scale, shift,
// slope and offset are [width].
typedef struct {
  int64_t rows, channels;
  layout rows_taken;
  const STORED *x, *dy;
  const REAL *mean, *scale, *shift, *slope, *offset;
  bool relu;
  STORED *dx;
  double *partial;  // [spans, 2, channels]: sums of g, sums of g·(x − mean)
} F(gradient_context);

INLINE REAL F(passed)(bool relu, STORED dy, STORED x, REAL scale, REAL shift) {
  return relu && LOAD(x) * scale + shift <= 0 ? 0 : LOAD(dy);
}

INLINE void F(add_products)(
    int rows, int64_t length, int64_t first, int64_t column, const F(gradient_context) *work,
    bool relu, const STORED *x, const STORED *dy, REAL *sum, REAL *product) {
  int64_t width = work->rows_taken.width;
  const REAL *mean = work->mean + column;
  const REAL *scale = work->scale + column, *shift = work->shift + column;
  x += first;
  dy += first;
  sum += column;
  product += column;
  VECTORISED for (int64_t j = 0; j < length; j++) {
    REAL total = 0, total_product = 0;
    for (int row = 0; row < rows; row++) {
      int64_t i = row * width + j;
      REAL g = F(passed)(relu, dy[i], x[i], scale[j], shift[j]);
      total += g;
      total_product += g * (LOAD(x[i]) - mean[j]);
    }
    sum[j] += total;
    product[j] += total_product;
  }
}

// dx = g·scale
INLINE void F(scale_rows)(
    int rows, int64_t length, int64_t first, int64_t column, const F(gradient_context) *work,
    bool relu, const STORED *x, const STORED *dy, STORED *dx) {
  int64_t width = work->rows_taken.width;
  const REAL *scale = work->scale + column, *shift = work->shift + column;
  x += first;
  dy += first;
  dx += first;
  VECTORISED for (int64_t j = 0; j < length; j++) {
    const REAL a = scale[j], b = shift[j];
    for (int row = 0; row < rows; row++) {
      int64_t i = row * width + j;
      dx[i] = STORE(F(passed)(relu, dy[i], x[i], a, b) * a);
    }
  }
}

// dx = g·scale + slope·(x − mean) + offset
INLINE void F(differentiate_rows)(
    int rows, int64_t length, int64_t first, int64_t column, const F(gradient_context) *work,
    bool relu, const STORED *x, const STORED *dy, STORED *dx) {
  int64_t width = work->rows_taken.width;
  const REAL *mean = work->mean + column;
  const REAL *scale = work->scale + column, *shift = work->shift + column;
  const REAL *slope = work->slope + column, *offset = work->offset + column;
  x += first;
  dy += first;
  dx += first;
  VECTORISED for (int64_t j = 0; j < length; j++) {
    const REAL a = scale[j], b = shift[j], center = mean[j], p = slope[j], q = offset[j];
    for (int row = 0; row < rows; row++) {
      int64_t i = row * width + j;
      REAL g = F(passed)(relu, dy[i], x[i], a, b);
      dx[i] = STORE(g * a + (p * (LOAD(x[i]) - center) + q));
    }
  }
}

CK_CLONES static void F(sums_body)(void *opaque, int64_t begin, int64_t end) {
  const F(gradient_context) *work = opaque;
  int64_t channels = work->channels, width = work->rows_taken.width;
  size_t bytes = (size_t)(2 * width) * sizeof(REAL);
  REAL *sum = ck_allocate(bytes), *product = sum + width;
  for (int64_t span = begin; span < end; span++) {
    int64_t first = span * work->rows_taken.span, last = first + work->rows_taken.span;
    if (last > work->rows) last = work->rows;
    double *sums = work->partial + span * 2 * channels;
    memset(sums, 0, (size_t)(2 * channels) * sizeof(double));
    for (int64_t row = first; row < last; row += work->rows_taken.block) {
      int64_t rows = last - row < work->rows_taken.block ? last - row : work->rows_taken.block;
      int64_t count = rows * channels;
      const STORED *x = work->x + row * channels, *dy = work->dy + row * channels;
      memset(sum, 0, bytes);
      if (work->relu)
        FOR_STRIPS(count, width, F(add_products), work, true, x, dy, sum, product);
      else
        FOR_STRIPS(count, width, F(add_products), work, false, x, dy, sum, product);
      F(fold)(width, channels, sum, sums);
      F(fold)(width, channels, product, sums + channels);
      if (work->dx && work->relu)
        FOR_STRIPS(
            count, width, F(scale_rows), work, true, x, dy, work->dx + row * channels);
      else if (work->dx)
        FOR_STRIPS(
            count, width, F(scale_rows), work, false, x, dy, work->dx + row * channels);
    }
  }
  ck_deallocate(sum, bytes);
}

// Sums of g and of g·(x − mean) over the rows; with dx also dx = g·scale.
CK_CLONES static void F(gradient_sums)(
    F(gradient_context) work, double *sum, double *product) {
  int64_t channels = work.channels, spans = work.rows_taken.spans;
  size_t bytes = (size_t)(spans * 2 * channels) * sizeof(double);
  work.partial = ck_allocate(bytes);
  ck_parallel(spans, 1, &work, F(sums_body));
  memset(sum, 0, (size_t)channels * sizeof(double));
  memset(product, 0, (size_t)channels * sizeof(double));
  for (int64_t span = 0; span < spans; span++) {
    const double *part = work.partial + span * 2 * channels;
    for (int64_t c = 0; c < channels; c++) {
      sum[c] += part[c];
      product[c] += part[channels + c];
    }
  }
  ck_deallocate(work.partial, bytes);
}

CK_CLONES static void F(input_gradient_body)(void *opaque, int64_t begin, int64_t end) {
  const F(gradient_context) *work = opaque;
  int64_t width = work->rows_taken.width, first = begin * width;
  int64_t count = work->rows * work->channels;
  if (end * width < count) count = end * width;
  count -= first;
  const STORED *x = work->x + first, *dy = work->dy + first;
  STORED *dx = work->dx + first;
  if (work->relu)
    FOR_STRIPS(count, width, F(differentiate_rows), work, true, x, dy, dx);
  else
    FOR_STRIPS(count, width, F(differentiate_rows), work, false, x, dy, dx);
}

static void F(input_gradient)(F(gradient_context) *work) {
  int64_t width = work->rows_taken.width, count = work->rows * work->channels;
  if (count == 0) return;
  ck_parallel(
      (count + width - 1) / width, grain_elements / width + 1, work, F(input_gradient_body));
}

// Batch norm's gradient; with frozen statistics in one pass. Where others share the batch, `add` puts their sums to these, and
// `count` is the number of rows in all.
static void F(norm_gradient)(
    bool frozen, double count, ck_add_sums add, void *others, int64_t rows, int64_t channels, const STORED *x, const STORED *dy, const REAL *mean,
    const REAL *inverse_deviation, const REAL *weight, const REAL *bias, bool relu, STORED *dx,
    REAL *dweight, REAL *dbias) {
  layout taken = lay_out(rows, channels, sizeof(STORED));
  int64_t width = taken.width;
  size_t bytes = (size_t)(2 * channels) * (sizeof(double) + sizeof(REAL))
      + (size_t)(5 * width) * sizeof(REAL);
  double *sum = ck_allocate(bytes), *product = sum + channels;
  REAL *first = (REAL *)(product + channels), *second = first + channels;
  REAL *wide = second + channels;
  F(gradient_context) work = {
      rows, channels, taken, x, dy, wide, wide + width, wide + 2 * width, wide + 3 * width,
      wide + 4 * width, relu, frozen ? dx : NULL, NULL};

  F(coefficients)(channels, mean, inverse_deviation, weight, bias, first, second);
  F(repeat)(width, channels, mean, wide);
  F(repeat)(width, channels, first, wide + width);
  F(repeat)(width, channels, second, wide + 2 * width);
  F(gradient_sums)(work, sum, product);
  for (int64_t c = 0; dweight && c < channels; c++) {
    dweight[c] = (REAL)(product[c] * (double)inverse_deviation[c]);
    dbias[c] = (REAL)sum[c];
  }
  if (add) add(others, 2 * channels, sum);

  if (!frozen && dx && rows > 0) {
    for (int64_t c = 0; c < channels; c++) {
      double scale = (double)first[c] / count, inverse = (double)inverse_deviation[c];
      first[c] = (REAL)(-scale * inverse * inverse * product[c]);
      second[c] = (REAL)(-scale * sum[c]);
    }
    F(repeat)(width, channels, first, wide + 3 * width);
    F(repeat)(width, channels, second, wide + 4 * width);
    work.dx = dx;
    F(input_gradient)(&work);
  }
  ck_deallocate(sum, bytes);
}

static void F(batch_norm_gradient)(
    int64_t rows, int64_t channels, const STORED *x, const STORED *dy, const REAL *mean,
    const REAL *inverse_deviation, const REAL *weight, const REAL *bias, bool relu, STORED *dx,
    REAL *dweight, REAL *dbias, double count, ck_add_sums add, void *others) {
  F(norm_gradient)(
      false, count, add, others, rows, channels, x, dy, mean, inverse_deviation, weight, bias, relu, dx, dweight,
      dbias);
}

static void F(channel_affine_gradient)(
    int64_t rows, int64_t channels, const STORED *x, const STORED *dy, const REAL *mean,
    const REAL *inverse_deviation, const REAL *weight, const REAL *bias, bool relu, STORED *dx,
    REAL *dweight, REAL *dbias) {
  F(norm_gradient)(
      true, 1, NULL, NULL, rows, channels, x, dy, mean, inverse_deviation, weight, bias, relu, dx, dweight,
      dbias);
}
