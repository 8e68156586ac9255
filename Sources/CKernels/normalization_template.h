// Batch norm for one precision: REAL, with names made by NAMED. Included by normalization.c.

#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")

// Runs step(rows, length, first element) over wide rows, four at a time while there are four: what is
// repeated along a row is then loaded once for all four, and sums are stored once.
#define FOR_WIDE_ROWS(count, width, step, ...)                                     \
  do {                                                                             \
    int64_t element = 0;                                                           \
    for (; element + 4 * (width) <= (count); element += 4 * (width))               \
      step(4, width, element, __VA_ARGS__);                                        \
    for (; element < (count); element += (width))                                  \
      step(1, (count) - element < (width) ? (count) - element : (width), element,  \
           __VA_ARGS__);                                                           \
  } while (0)

INLINE void NAMED(repeat)(int64_t width, int64_t channels, const REAL *narrow, REAL *wide) {
  for (int64_t i = 0; i < width; i += channels)
    memcpy(wide + i, narrow, (size_t)channels * sizeof(REAL));
}

INLINE void NAMED(fold)(int64_t width, int64_t channels, const REAL *wide, double *sums) {
  for (int64_t i = 0; i < width; i += channels)
    for (int64_t c = 0; c < channels; c++) sums[c] += (double)wide[i + c];
}

// MARK: Statistics

typedef struct {
  int64_t rows, channels;
  layout rows_taken;
  const REAL *x;
  double *partial;  // [spans, 2, channels]: means, sums of squared deviations
} NAMED(statistics_context);

INLINE void NAMED(add_rows)(
    int rows, int64_t length, int64_t first, int64_t width, const REAL *x, REAL *sum) {
  x += first;
  ELEMENTWISE for (int64_t j = 0; j < length; j++) {
    REAL total = x[j];
    for (int row = 1; row < rows; row++) total += x[row * width + j];
    sum[j] += total;
  }
}

INLINE void NAMED(add_deviations)(
    int rows, int64_t length, int64_t first, int64_t width, const REAL *x, const REAL *center,
    REAL *sum, REAL *square) {
  x += first;
  ELEMENTWISE for (int64_t j = 0; j < length; j++) {
    REAL total = 0, total_square = 0;
    for (int row = 0; row < rows; row++) {
      REAL difference = x[row * width + j] - center[j];
      total += difference;
      total_square += difference * difference;
    }
    sum[j] += total;
    square[j] += total_square;
  }
}

// Mean and squared deviations of one block: summed, then corrected by the sum of the deviations.
INLINE void NAMED(block_moments)(
    int64_t rows, int64_t channels, int64_t width, const REAL *x, REAL *wide, double *mean,
    double *squares, double *deviation) {
  REAL *sum = wide, *center = wide + width, *square = wide + 2 * width;
  int64_t count = rows * channels;
  memset(wide, 0, (size_t)(3 * width) * sizeof(REAL));
  memset(mean, 0, (size_t)channels * sizeof(double));
  memset(squares, 0, (size_t)channels * sizeof(double));
  memset(deviation, 0, (size_t)channels * sizeof(double));

  FOR_WIDE_ROWS(count, width, NAMED(add_rows), width, x, sum);
  NAMED(fold)(width, channels, sum, mean);
  for (int64_t c = 0; c < channels; c++) {
    center[c] = (REAL)(mean[c] / (double)rows);
    mean[c] = (double)center[c];
  }
  for (int64_t i = channels; i < width; i += channels)
    memcpy(center + i, center, (size_t)channels * sizeof(REAL));

  memset(sum, 0, (size_t)width * sizeof(REAL));
  FOR_WIDE_ROWS(count, width, NAMED(add_deviations), width, x, center, sum, square);
  NAMED(fold)(width, channels, sum, deviation);
  NAMED(fold)(width, channels, square, squares);
  for (int64_t c = 0; c < channels; c++) {
    double correction = deviation[c] / (double)rows;
    mean[c] += correction;
    squares[c] -= deviation[c] * correction;
  }
}

CK_CLONES static void NAMED(statistics_body)(void *opaque, int64_t begin, int64_t end) {
  const NAMED(statistics_context) *work = opaque;
  int64_t channels = work->channels, width = work->rows_taken.width;
  size_t bytes = (size_t)(3 * width) * sizeof(REAL) + (size_t)(3 * channels) * sizeof(double);
  double *mean = ck_allocate(bytes), *squares = mean + channels, *deviation = squares + channels;
  REAL *wide = (REAL *)(deviation + channels);
  for (int64_t span = begin; span < end; span++) {
    int64_t first = span * work->rows_taken.span, last = first + work->rows_taken.span;
    if (last > work->rows) last = work->rows;
    double *span_mean = work->partial + span * 2 * channels, *span_squares = span_mean + channels;
    memset(span_mean, 0, (size_t)(2 * channels) * sizeof(double));
    for (int64_t row = first; row < last; row += work->rows_taken.block) {
      int64_t rows = last - row < work->rows_taken.block ? last - row : work->rows_taken.block;
      NAMED(block_moments)(
          rows, channels, width, work->x + row * channels, wide, mean, squares, deviation);
      double before = (double)(row - first), share = (double)rows / (before + (double)rows);
      for (int64_t c = 0; c < channels; c++) {
        double difference = mean[c] - span_mean[c];
        span_mean[c] += difference * share;
        span_squares[c] += squares[c] + difference * difference * before * share;
      }
    }
  }
  ck_deallocate(mean, bytes);
}

// Mean and sum of squared deviations of each channel.
CK_CLONES static void NAMED(statistics)(
    int64_t rows, int64_t channels, const REAL *x, double *mean, double *squares) {
  layout taken = lay_out(rows, channels, sizeof(REAL));
  memset(mean, 0, (size_t)channels * sizeof(double));
  memset(squares, 0, (size_t)channels * sizeof(double));
  size_t bytes = (size_t)(taken.spans * 2 * channels) * sizeof(double);
  double *partial = ck_allocate(bytes);
  NAMED(statistics_context) work = {rows, channels, taken, x, partial};
  ck_parallel(taken.spans, 1, &work, NAMED(statistics_body));
  for (int64_t span = 0; span < taken.spans; span++) {
    double before = (double)(span * taken.span), added = (double)taken.span;
    if (before + added > (double)rows) added = (double)rows - before;
    double share = added / (before + added);
    const double *span_mean = partial + span * 2 * channels, *span_squares = span_mean + channels;
    for (int64_t c = 0; c < channels; c++) {
      double difference = span_mean[c] - mean[c];
      mean[c] += difference * share;
      squares[c] += span_squares[c] + difference * difference * before * share;
    }
  }
  ck_deallocate(partial, bytes);
}

void NAMED(ck_batch_statistics)(
    int64_t rows, int64_t channels, const REAL *x, REAL *mean, REAL *variance) {
  size_t bytes = (size_t)(2 * channels) * sizeof(double);
  double *means = ck_allocate(bytes), *squares = means + channels;
  NAMED(statistics)(rows, channels, x, means, squares);
  for (int64_t c = 0; c < channels; c++) {
    mean[c] = (REAL)means[c];
    variance[c] = rows > 0 ? (REAL)(squares[c] / (double)rows) : 0;
  }
  ck_deallocate(means, bytes);
}

// MARK: The affine map

// One definition for value and gradient: where they round alike, their ReLU masks agree.
CK_CLONES static void NAMED(coefficients)(
    int64_t channels, const REAL *mean, const REAL *inverse_deviation, const REAL *weight,
    const REAL *bias, REAL *scale, REAL *shift) {
  for (int64_t c = 0; c < channels; c++) {
    scale[c] = weight ? inverse_deviation[c] * weight[c] : inverse_deviation[c];
    shift[c] = (REAL)((bias ? (double)bias[c] : 0) - (double)mean[c] * (double)scale[c]);
  }
}

void NAMED(ck_normalization_coefficients)(
    int64_t channels, const REAL *mean, const REAL *variance, double epsilon, const REAL *weight,
    const REAL *bias, REAL *inverse_deviation, REAL *scale, REAL *shift) {
  for (int64_t c = 0; c < channels; c++)
    inverse_deviation[c] = (REAL)(1 / sqrt((double)variance[c] + epsilon));
  NAMED(coefficients)(channels, mean, inverse_deviation, weight, bias, scale, shift);
}

typedef struct {
  int64_t count, width;
  const REAL *x, *scale, *shift;  // scale and shift [width]
  bool relu;
  REAL *y;
} NAMED(affine_context);

CK_CLONES static void NAMED(affine_body)(void *opaque, int64_t begin, int64_t end) {
  const NAMED(affine_context) *work = opaque;
  const REAL *scale = work->scale, *shift = work->shift;
  for (int64_t row = begin; row < end; row++) {
    int64_t first = row * work->width, length = work->count - first;
    if (length > work->width) length = work->width;
    const REAL *x = work->x + first;
    REAL *y = work->y + first;
    if (work->relu) {
      // Written so that NaN passes.
      ELEMENTWISE for (int64_t j = 0; j < length; j++) {
        REAL value = x[j] * scale[j] + shift[j];
        y[j] = value < 0 ? 0 : value;
      }
    } else {
      ELEMENTWISE for (int64_t j = 0; j < length; j++) y[j] = x[j] * scale[j] + shift[j];
    }
  }
}

void NAMED(ck_channel_affine)(
    int64_t rows, int64_t channels, const REAL *x, const REAL *scale, const REAL *shift, bool relu,
    REAL *y) {
  if (rows <= 0 || channels <= 0) return;
  int64_t width = lay_out(rows, channels, sizeof(REAL)).width, count = rows * channels;
  size_t bytes = (size_t)(2 * width) * sizeof(REAL);
  REAL *wide = ck_allocate(bytes);
  NAMED(repeat)(width, channels, scale, wide);
  NAMED(repeat)(width, channels, shift, wide + width);
  NAMED(affine_context) work = {count, width, x, wide, wide + width, relu, y};
  ck_parallel(
      (count + width - 1) / width, grain_elements / width + 1, &work, NAMED(affine_body));
  ck_deallocate(wide, bytes);
}

// MARK: Gradients

// The gradient of each channel's affine map, g being dy where the mask lets it pass. Mean, scale, shift,
// slope and offset are [width].
typedef struct {
  int64_t rows, channels;
  layout rows_taken;
  const REAL *x, *dy, *mean, *scale, *shift, *slope, *offset;
  bool relu;
  REAL *dx;
  double *partial;  // [spans, 2, channels]: sums of g, sums of g·(x − mean)
} NAMED(gradient_context);

INLINE REAL NAMED(passed)(bool relu, REAL dy, REAL x, REAL scale, REAL shift) {
  return relu && x * scale + shift <= 0 ? 0 : dy;
}

INLINE void NAMED(add_products)(
    int rows, int64_t length, int64_t first, const NAMED(gradient_context) *work, bool relu,
    const REAL *x, const REAL *dy, REAL *sum, REAL *product) {
  int64_t width = work->rows_taken.width;
  const REAL *mean = work->mean, *scale = work->scale, *shift = work->shift;
  x += first;
  dy += first;
  ELEMENTWISE for (int64_t j = 0; j < length; j++) {
    REAL total = 0, total_product = 0;
    for (int row = 0; row < rows; row++) {
      int64_t i = row * width + j;
      REAL g = NAMED(passed)(relu, dy[i], x[i], scale[j], shift[j]);
      total += g;
      total_product += g * (x[i] - mean[j]);
    }
    sum[j] += total;
    product[j] += total_product;
  }
}

// dx = g·scale
INLINE void NAMED(scale_rows)(
    int rows, int64_t length, int64_t first, const NAMED(gradient_context) *work, bool relu,
    const REAL *x, const REAL *dy, REAL *dx) {
  int64_t width = work->rows_taken.width;
  const REAL *scale = work->scale, *shift = work->shift;
  x += first;
  dy += first;
  dx += first;
  ELEMENTWISE for (int64_t j = 0; j < length; j++)
    for (int row = 0; row < rows; row++) {
      int64_t i = row * width + j;
      dx[i] = NAMED(passed)(relu, dy[i], x[i], scale[j], shift[j]) * scale[j];
    }
}

// dx = g·scale + slope·(x − mean) + offset
INLINE void NAMED(differentiate_rows)(
    int rows, int64_t length, int64_t first, const NAMED(gradient_context) *work, bool relu,
    const REAL *x, const REAL *dy, REAL *dx) {
  int64_t width = work->rows_taken.width;
  const REAL *mean = work->mean, *scale = work->scale, *shift = work->shift;
  const REAL *slope = work->slope, *offset = work->offset;
  x += first;
  dy += first;
  dx += first;
  ELEMENTWISE for (int64_t j = 0; j < length; j++)
    for (int row = 0; row < rows; row++) {
      int64_t i = row * width + j;
      REAL g = NAMED(passed)(relu, dy[i], x[i], scale[j], shift[j]);
      dx[i] = g * scale[j] + (slope[j] * (x[i] - mean[j]) + offset[j]);
    }
}

CK_CLONES static void NAMED(sums_body)(void *opaque, int64_t begin, int64_t end) {
  const NAMED(gradient_context) *work = opaque;
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
      const REAL *x = work->x + row * channels, *dy = work->dy + row * channels;
      memset(sum, 0, bytes);
      if (work->relu)
        FOR_WIDE_ROWS(count, width, NAMED(add_products), work, true, x, dy, sum, product);
      else
        FOR_WIDE_ROWS(count, width, NAMED(add_products), work, false, x, dy, sum, product);
      NAMED(fold)(width, channels, sum, sums);
      NAMED(fold)(width, channels, product, sums + channels);
      if (work->dx && work->relu)
        FOR_WIDE_ROWS(
            count, width, NAMED(scale_rows), work, true, x, dy, work->dx + row * channels);
      else if (work->dx)
        FOR_WIDE_ROWS(
            count, width, NAMED(scale_rows), work, false, x, dy, work->dx + row * channels);
    }
  }
  ck_deallocate(sum, bytes);
}

// Sums of g and of g·(x − mean) over the rows; with dx also dx = g·scale.
CK_CLONES static void NAMED(gradient_sums)(
    NAMED(gradient_context) work, double *sum, double *product) {
  int64_t channels = work.channels, spans = work.rows_taken.spans;
  size_t bytes = (size_t)(spans * 2 * channels) * sizeof(double);
  work.partial = ck_allocate(bytes);
  ck_parallel(spans, 1, &work, NAMED(sums_body));
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

CK_CLONES static void NAMED(input_gradient_body)(void *opaque, int64_t begin, int64_t end) {
  const NAMED(gradient_context) *work = opaque;
  int64_t width = work->rows_taken.width, first = begin * width;
  int64_t count = work->rows * work->channels;
  if (end * width < count) count = end * width;
  count -= first;
  const REAL *x = work->x + first, *dy = work->dy + first;
  REAL *dx = work->dx + first;
  if (work->relu)
    FOR_WIDE_ROWS(count, width, NAMED(differentiate_rows), work, true, x, dy, dx);
  else
    FOR_WIDE_ROWS(count, width, NAMED(differentiate_rows), work, false, x, dy, dx);
}

static void NAMED(input_gradient)(NAMED(gradient_context) *work) {
  int64_t width = work->rows_taken.width, count = work->rows * work->channels;
  ck_parallel(
      (count + width - 1) / width, grain_elements / width + 1, work, NAMED(input_gradient_body));
}

// Batch norm's gradient; with frozen statistics in one pass.
static void NAMED(norm_gradient)(
    bool frozen, int64_t rows, int64_t channels, const REAL *x, const REAL *dy, const REAL *mean,
    const REAL *inverse_deviation, const REAL *weight, const REAL *bias, bool relu, REAL *dx,
    REAL *dweight, REAL *dbias) {
  layout taken = lay_out(rows, channels, sizeof(REAL));
  int64_t width = taken.width;
  size_t bytes = (size_t)(2 * channels) * (sizeof(double) + sizeof(REAL))
      + (size_t)(5 * width) * sizeof(REAL);
  double *sum = ck_allocate(bytes), *product = sum + channels;
  REAL *first = (REAL *)(product + channels), *second = first + channels;
  REAL *wide = second + channels;
  NAMED(gradient_context) work = {
      rows, channels, taken, x, dy, wide, wide + width, wide + 2 * width, wide + 3 * width,
      wide + 4 * width, relu, frozen ? dx : NULL, NULL};

  NAMED(coefficients)(channels, mean, inverse_deviation, weight, bias, first, second);
  NAMED(repeat)(width, channels, mean, wide);
  NAMED(repeat)(width, channels, first, wide + width);
  NAMED(repeat)(width, channels, second, wide + 2 * width);
  NAMED(gradient_sums)(work, sum, product);

  if (!frozen && dx && rows > 0) {
    for (int64_t c = 0; c < channels; c++) {
      double scale = (double)first[c] / (double)rows, inverse = (double)inverse_deviation[c];
      first[c] = (REAL)(-scale * inverse * inverse * product[c]);
      second[c] = (REAL)(-scale * sum[c]);
    }
    NAMED(repeat)(width, channels, first, wide + 3 * width);
    NAMED(repeat)(width, channels, second, wide + 4 * width);
    work.dx = dx;
    NAMED(input_gradient)(&work);
  }
  for (int64_t c = 0; dweight && c < channels; c++) {
    dweight[c] = (REAL)(product[c] * (double)inverse_deviation[c]);
    dbias[c] = (REAL)sum[c];
  }
  ck_deallocate(sum, bytes);
}

void NAMED(ck_batch_norm_gradient)(
    int64_t rows, int64_t channels, const REAL *x, const REAL *dy, const REAL *mean,
    const REAL *inverse_deviation, const REAL *weight, const REAL *bias, bool relu, REAL *dx,
    REAL *dweight, REAL *dbias) {
  NAMED(norm_gradient)(
      false, rows, channels, x, dy, mean, inverse_deviation, weight, bias, relu, dx, dweight,
      dbias);
}

void NAMED(ck_channel_affine_gradient)(
    int64_t rows, int64_t channels, const REAL *x, const REAL *dy, const REAL *mean,
    const REAL *inverse_deviation, const REAL *weight, const REAL *bias, bool relu, REAL *dx,
    REAL *dweight, REAL *dbias) {
  NAMED(norm_gradient)(
      true, rows, channels, x, dy, mean, inverse_deviation, weight, bias, relu, dx, dweight,
      dbias);
}
