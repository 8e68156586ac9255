// Batch norm.

// Runs step(rows, length, first element, its column) over wide rows, strip by strip and four rows at a time
// while there are four: what is repeated along a row is then loaded once for all four, sums are stored once,
// and memory is still read nearly in its order.
#define FOR_STRIPS(count, width, step, ...)                                          \
  do {                                                                               \
    int64_t element = 0, column;                                                     \
    for (; element + 4 * (width) <= (count); element += 4 * (width)) {               \
      for (column = 0; column + strip <= (width); column += strip)                   \
        step(4, strip, element + column, column, __VA_ARGS__);                       \
      if (column < (width))                                                          \
        step(4, (width) - column, element + column, column, __VA_ARGS__);            \
    }                                                                                \
    for (; element < (count); element += (width))                                    \
      step(1, (count) - element < (width) ? (count) - element : (width), element, 0, \
           __VA_ARGS__);                                                             \
  } while (0)

INLINE void F(repeat)(int64_t width, int64_t channels, const REAL *narrow, REAL *wide) {
  for (int64_t i = 0; i < width; i += channels)
    memcpy(wide + i, narrow, (size_t)channels * sizeof(REAL));
}

INLINE void F(fold)(int64_t width, int64_t channels, const REAL *wide, double *sums) {
  for (int64_t i = 0; i < width; i += channels)
    for (int64_t c = 0; c < channels; c++) sums[c] += (double)wide[i + c];
}

// MARK: Statistics

typedef struct {
  int64_t rows, channels;
  layout rows_taken;
  const STORED *x;
  double *partial;  // [spans, 2, channels]: means, sums of squared deviations
} F(statistics_context);

INLINE void F(add_rows)(
    int rows, int64_t length, int64_t first, int64_t column, int64_t width, const STORED *x,
    REAL *sum) {
  x += first;
  sum += column;
  VECTORISED for (int64_t j = 0; j < length; j++) {
    REAL total = LOAD(x[j]);
    for (int row = 1; row < rows; row++) total += LOAD(x[row * width + j]);
    sum[j] += total;
  }
}

INLINE void F(add_deviations)(
    int rows, int64_t length, int64_t first, int64_t column, int64_t width, const STORED *x,
    const REAL *center, REAL *sum, REAL *square) {
  x += first;
  center += column;
  sum += column;
  square += column;
  // The processor's own foresight falls behind where this much is done to what is read.
  for (int row = 0; row < rows; row++)
    for (int64_t j = 0; j < length; j += line_bytes / (int)sizeof(STORED))
      __builtin_prefetch((const char *)(x + row * width + j) + fetched_ahead);
  VECTORISED for (int64_t j = 0; j < length; j++) {
    REAL total = 0, total_square = 0;
    for (int row = 0; row < rows; row++) {
      REAL difference = LOAD(x[row * width + j]) - center[j];
      total += difference;
      total_square += difference * difference;
    }
    sum[j] += total;
    square[j] += total_square;
  }
}

// Takes one block of rows, which come after `before` others, into a mean and squared deviations. It is passed
// over once: deviations are taken from the mean so far, and corrected by their own sum. That is as exact, for
// where the two means are far apart, the square of their distance is most of the result.
INLINE void F(add_block)(
    int64_t rows, int64_t before, int64_t channels, int64_t width, const STORED *x, REAL *wide,
    double *narrow, double *mean, double *squares) {
  REAL *sum = wide, *center = wide + width, *square = wide + 2 * width;
  double *deviation = narrow, *added = narrow + channels;
  int64_t count = rows * channels;
  if (before == 0) {
    memset(sum, 0, (size_t)width * sizeof(REAL));
    FOR_STRIPS(count, width, F(add_rows), width, x, sum);
    F(fold)(width, channels, sum, mean);
    for (int64_t c = 0; c < channels; c++) mean[c] /= (double)rows;
  }
  for (int64_t c = 0; c < channels; c++) center[c] = (REAL)mean[c];
  F(repeat)(width - channels, channels, center, center + channels);

  memset(sum, 0, (size_t)width * sizeof(REAL));
  memset(square, 0, (size_t)width * sizeof(REAL));
  memset(narrow, 0, (size_t)(2 * channels) * sizeof(double));
  FOR_STRIPS(count, width, F(add_deviations), width, x, center, sum, square);
  F(fold)(width, channels, sum, deviation);
  F(fold)(width, channels, square, added);
  double share = (double)rows / (double)(before + rows);
  for (int64_t c = 0; c < channels; c++) {
    double correction = deviation[c] / (double)rows;
    double difference = (double)center[c] + correction - mean[c];
    mean[c] += difference * share;
    squares[c] += added[c] - deviation[c] * correction
        + difference * difference * (double)before * share;
  }
}

CK_CLONES static void F(statistics_body)(void *opaque, int64_t begin, int64_t end) {
  const F(statistics_context) *work = opaque;
  int64_t channels = work->channels, width = work->rows_taken.width;
  size_t bytes = (size_t)(3 * width) * sizeof(REAL) + (size_t)(2 * channels) * sizeof(double);
  double *narrow = ck_allocate(bytes);
  REAL *wide = (REAL *)(narrow + 2 * channels);
  for (int64_t span = begin; span < end; span++) {
    int64_t first = span * work->rows_taken.span, last = first + work->rows_taken.span;
    if (last > work->rows) last = work->rows;
    double *mean = work->partial + span * 2 * channels, *squares = mean + channels;
    memset(mean, 0, (size_t)(2 * channels) * sizeof(double));
    for (int64_t row = first; row < last; row += work->rows_taken.block) {
      int64_t rows = last - row < work->rows_taken.block ? last - row : work->rows_taken.block;
      F(add_block)(
          rows, row - first, channels, width, work->x + row * channels, wide, narrow, mean,
          squares);
    }
  }
  ck_deallocate(narrow, bytes);
}

// Mean and sum of squared deviations of each channel.
CK_CLONES static void F(statistics)(
    int64_t rows, int64_t channels, const STORED *x, double *mean, double *squares) {
  layout taken = lay_out(rows, channels, sizeof(STORED));
  memset(mean, 0, (size_t)channels * sizeof(double));
  memset(squares, 0, (size_t)channels * sizeof(double));
  size_t bytes = (size_t)(taken.spans * 2 * channels) * sizeof(double);
  double *partial = ck_allocate(bytes);
  F(statistics_context) work = {rows, channels, taken, x, partial};
  ck_parallel(taken.spans, 1, &work, F(statistics_body));
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

static void F(batch_statistics)(
    int64_t rows, int64_t channels, const STORED *x, REAL *mean, REAL *variance) {
  size_t bytes = (size_t)(2 * channels) * sizeof(double);
  double *means = ck_allocate(bytes), *squares = means + channels;
  F(statistics)(rows, channels, x, means, squares);
  for (int64_t c = 0; c < channels; c++) {
    mean[c] = (REAL)means[c];
    variance[c] = rows > 0 ? (REAL)(squares[c] / (double)rows) : 0;
  }
  ck_deallocate(means, bytes);
}

// MARK: The affine map

// One definition for value and gradient: where they round alike, their ReLU masks agree.
CK_CLONES static void F(coefficients)(
    int64_t channels, const REAL *mean, const REAL *inverse_deviation, const REAL *weight,
    const REAL *bias, REAL *scale, REAL *shift) {
  for (int64_t c = 0; c < channels; c++) {
    scale[c] = weight ? inverse_deviation[c] * weight[c] : inverse_deviation[c];
    shift[c] = (REAL)((bias ? (double)bias[c] : 0) - (double)mean[c] * (double)scale[c]);
  }
}

static void F(normalization_coefficients)(
    int64_t channels, const REAL *mean, const REAL *variance, double epsilon, const REAL *weight,
    const REAL *bias, REAL *inverse_deviation, REAL *scale, REAL *shift) {
  for (int64_t c = 0; c < channels; c++)
    inverse_deviation[c] = (REAL)(1 / sqrt((double)variance[c] + epsilon));
  F(coefficients)(channels, mean, inverse_deviation, weight, bias, scale, shift);
}

typedef struct {
  int64_t count, width;
  const STORED *x;
  const REAL *scale, *shift;  // [width]
  bool relu;
  STORED *y;
} F(affine_context);

CK_CLONES static void F(affine_body)(void *opaque, int64_t begin, int64_t end) {
  const F(affine_context) *work = opaque;
  const REAL *scale = work->scale, *shift = work->shift;
  for (int64_t row = begin; row < end; row++) {
    int64_t first = row * work->width, length = work->count - first;
    if (length > work->width) length = work->width;
    const STORED *x = work->x + first;
    STORED *y = work->y + first;
    if (work->relu) {
      // Written so that NaN passes.
      VECTORISED for (int64_t j = 0; j < length; j++) {
        REAL value = LOAD(x[j]) * scale[j] + shift[j];
        y[j] = STORE(value < 0 ? 0 : value);
      }
    } else {
      VECTORISED for (int64_t j = 0; j < length; j++) y[j] = STORE(LOAD(x[j]) * scale[j] + shift[j]);
    }
  }
}

static void F(channel_affine)(
    int64_t rows, int64_t channels, const STORED *x, const REAL *scale, const REAL *shift, bool relu,
    STORED *y) {
  if (rows <= 0 || channels <= 0) return;
  int64_t width = lay_out(rows, channels, sizeof(STORED)).width, count = rows * channels;
  // One row at a time, for what is written is best written in order: so a row should not be short.
  if (width < 4 * strip) width *= 4;
  size_t bytes = (size_t)(2 * width) * sizeof(REAL);
  REAL *wide = ck_allocate(bytes);
  F(repeat)(width, channels, scale, wide);
  F(repeat)(width, channels, shift, wide + width);
  F(affine_context) work = {count, width, x, wide, wide + width, relu, y};
  ck_parallel(
      (count + width - 1) / width, grain_elements / width + 1, &work, F(affine_body));
  ck_deallocate(wide, bytes);
}
