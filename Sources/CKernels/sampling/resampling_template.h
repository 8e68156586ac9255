// Along one axis resampling is a sparse matrix, and its gradient is the transposed one: both directions
// are the same gather.

// Row `to` holds start[to] ..< start[to + 1]: the samples it is made of, in ascending order.
typedef struct {
  int64_t rows;
  size_t bytes;
  int32_t *start, *index;
  REAL *weight;
} F(matrix);

static F(matrix) F(allocate)(int64_t rows, int64_t entries) {
  F(matrix) result = {.rows = rows};
  result.bytes = (size_t)entries * (sizeof(REAL) + sizeof(int32_t))
      + (size_t)(rows + 1) * sizeof(int32_t);
  result.weight = ck_allocate(result.bytes);
  result.index = (int32_t *)(result.weight + entries);
  result.start = result.index + entries;
  result.start[0] = 0;
  return result;
}

static void F(add)(F(matrix) *matrix, int32_t *count, int64_t index, REAL weight) {
  if (weight == 0) return;
  matrix->index[*count] = (int32_t)index;
  matrix->weight[*count] = weight;
  *count += 1;
}

// Cubic convolution's kernel (Keys 1981), a = −0.75, at a distance of at most 1 and at most 2.
static REAL F(near)(REAL d) { return ((REAL)1.25 * d - (REAL)2.25) * d * d + 1; }
static REAL F(far)(REAL d) {
  return (((REAL)-0.75 * d + (REAL)3.75) * d - 6) * d + 3;
}

// The filter at a distance: a hat, or cubic convolution with a = −0.5.
static double F(filter)(ck_interpolation method, double distance) {
  double d = fabs(distance);
  if (method == ck_interpolation_linear) return d < 1 ? 1 - d : 0;
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

// How much of the part [low, high) a sample covers.
static double F(common)(double low, double high, int64_t sample) {
  double overlap = fmin(high, (double)sample + 1) - fmax(low, (double)sample);
  return overlap > 0 ? overlap : 0;
}

static F(matrix) F(covering_axis)(
    ck_interpolation method, int64_t in, int64_t out, double factor, bool align, ck_coverage coverage) {
  double step = align ? (out > 1 ? (double)(in - 1) / (double)(out - 1) : 0)
      : factor > 0 ? 1 / factor : (double)in / (double)out;
  double stretch = step > 1 ? step : 1, reach = stretch * (method == ck_interpolation_cubic ? 2 : 1);
  bool by_area = coverage == ck_coverage_area && step > 1;
  int64_t most = (int64_t)fmin(2 * reach + 2, (double)in);
  F(matrix) result = F(allocate)(out, most * out);
  int32_t count = 0;
  for (int64_t to = 0; to < out; to++) {
    double centre = step * ((double)to + 0.5), total = 0;
    int64_t low = (int64_t)fmax(centre - reach + 0.5, 0), high = (int64_t)fmin(centre + reach + 0.5, (double)in);
    for (int turn = 0; turn < 2; turn++) {
      for (int64_t i = low; i < high; i++) {
        double weight = by_area ? F(common)(centre - step / 2, centre + step / 2, i)
                                : F(filter)(method, ((double)i + 0.5 - centre) / stretch);
        if (turn == 0) total += weight;
        else F(add)(&result, &count, i, (REAL)(weight / total));
      }
    }
    result.start[to + 1] = count;
  }
  return result;
}

// The positions are computed in the precision PyTorch uses, so that samples are chosen alike: float32 for
// nearest, the tensor's own otherwise.
static F(matrix) F(axis)(ck_interpolation method, int64_t in, int64_t out, double factor, bool align) {
  F(matrix) result = F(allocate)(out, 4 * out);
  REAL step = factor > 0 ? (REAL)(1 / factor) : (REAL)in / (REAL)out;
  if (align) step = out > 1 ? (REAL)(in - 1) / (REAL)(out - 1) : 0;
  float nearest_step = factor > 0 ? (float)(1 / factor) : (float)in / (float)out;
  int32_t count = 0;
  for (int64_t to = 0; to < out; to++) {
    REAL position = align ? step * (REAL)to : step * ((REAL)to + (REAL)0.5) - (REAL)0.5;
    if (method == ck_interpolation_linear && position < 0) position = 0;
    int64_t base = (int64_t)LIBM(floor)(position);
    if (base > in - 1) base = in - 1;
    REAL fraction = position - (REAL)base;
    if (fraction > 1) fraction = 1;
    if (method == ck_interpolation_nearest || method == ck_interpolation_nearest_exact) {
      if (method == ck_interpolation_nearest) {
        base = in == out ? to : out == 2 * in ? to / 2 : (int64_t)floorf((float)to * nearest_step);
      } else {
        base = (int64_t)floorf((float)(((double)to + 0.5) * nearest_step));
      }
      F(add)(&result, &count, base < in - 1 ? base : in - 1, 1);
    } else if (in == out && method == ck_interpolation_linear) {
      F(add)(&result, &count, to, 1);
    } else if (method == ck_interpolation_linear) {
      F(add)(&result, &count, base, base < in - 1 ? 1 - fraction : 1);
      if (base < in - 1) F(add)(&result, &count, base + 1, fraction);
    } else {
      REAL weights[4] = {
          F(far)(fraction + 1), F(near)(fraction), F(near)(1 - fraction),
          F(far)(2 - fraction)};
      for (int64_t tap = 0; tap < 4; tap++) {
        int64_t index = base + tap - 1;
        F(add)(
            &result, &count, index < 0 ? 0 : index < in ? index : in - 1, weights[tap]);
      }
    }
    result.start[to + 1] = count;
  }
  return result;
}

static F(matrix) F(transposed)(const F(matrix) *matrix, int64_t rows) {
  int32_t entries = matrix->start[matrix->rows];
  F(matrix) result = F(allocate)(rows, entries);
  memset(result.start, 0, (size_t)(rows + 1) * sizeof(int32_t));
  for (int32_t i = 0; i < entries; i++) result.start[matrix->index[i] + 1] += 1;
  for (int64_t row = 0; row < rows; row++) result.start[row + 1] += result.start[row];
  for (int64_t from = 0; from < matrix->rows; from++)
    for (int32_t i = matrix->start[from]; i < matrix->start[from + 1]; i++) {
      int32_t place = result.start[matrix->index[i]]++;
      result.index[place] = (int32_t)from;
      result.weight[place] = matrix->weight[i];
    }
  // Each start has moved to the next one's place.
  for (int64_t row = rows; row > 0; row--) result.start[row] = result.start[row - 1];
  result.start[0] = 0;
  return result;
}

// The matrix for rows of `channels` interleaved values.
static F(matrix) F(interleaved)(const F(matrix) *matrix, int64_t channels) {
  F(matrix) result =
      F(allocate)(matrix->rows * channels, matrix->start[matrix->rows] * channels);
  int32_t count = 0;
  for (int64_t row = 0; row < matrix->rows; row++)
    for (int64_t c = 0; c < channels; c++) {
      for (int32_t i = matrix->start[row]; i < matrix->start[row + 1]; i++)
        F(add)(&result, &count, matrix->index[i] * channels + c, matrix->weight[i]);
      result.start[row * channels + c + 1] = count;
    }
  return result;
}

typedef struct {
  int64_t from[3], channels;
  F(matrix) axes[3];  // the last one interleaved where channels are few
  const STORED *x;
  STORED *y;
} F(resampling_context);

// row = Σ weight·source, up to four sources at a time.
INLINE void F(combine)(
    int64_t length, int64_t count, const REAL *const *source, const REAL *weight, bool adds,
    REAL *restrict row) {
  const REAL *a = source[0], *b = source[count > 1 ? 1 : 0];
  const REAL *c = source[count > 2 ? 2 : 0], *d = source[count > 3 ? 3 : 0];
  REAL u = weight[0], v = weight[1], w = weight[2], z = weight[3];
  if (count == 1)
    for (int64_t i = 0; i < length; i++) row[i] = u * a[i] + (adds ? row[i] : 0);
  else if (count == 2)
    for (int64_t i = 0; i < length; i++) row[i] = u * a[i] + v * b[i] + (adds ? row[i] : 0);
  else if (count == 3)
    for (int64_t i = 0; i < length; i++)
      row[i] = u * a[i] + v * b[i] + w * c[i] + (adds ? row[i] : 0);
  else
    for (int64_t i = 0; i < length; i++)
      row[i] = u * a[i] + v * b[i] + w * c[i] + z * d[i] + (adds ? row[i] : 0);
}

// Without unrolling, sixteen channels already fill vectors.
#define FEW_TURNS _Pragma("clang loop vectorize_width(8) interleave_count(1)")

// One row along the width, time and height already combined in `row`.
INLINE void F(resample_row)(
    const F(matrix) *axis, int64_t channels, const REAL *restrict row, REAL *restrict y) {
  for (int64_t to = 0; to < axis->rows; to++) {
    int32_t first = axis->start[to], last = axis->start[to + 1];
    if (channels == 1) {
      REAL sum = 0;
      for (int32_t i = first; i < last; i++) sum += axis->weight[i] * row[axis->index[i]];
      y[to] = sum;
      continue;
    }
    REAL *pixel = y + to * channels;
    // Most pixels of nearest and linear: gathering sources would cost more than the sums.
    if (last - first == 1 || last - first == 2) {
      const REAL *a = row + axis->index[first] * channels;
      const REAL *b = row + axis->index[last - 1] * channels;
      REAL u = axis->weight[first], v = axis->weight[last - 1];
      if (last - first == 1)
        FEW_TURNS for (int64_t c = 0; c < channels; c++) pixel[c] = u * a[c];
      else
        FEW_TURNS for (int64_t c = 0; c < channels; c++) pixel[c] = u * a[c] + v * b[c];
      continue;
    }
    if (first == last) memset(pixel, 0, (size_t)channels * sizeof(REAL));
    for (int32_t i = first; i < last; i += 4) {
      const REAL *source[4] = {0};
      int64_t count = last - i < 4 ? last - i : 4;
      REAL weight[4] = {0};
      for (int64_t tap = 0; tap < count; tap++) {
        source[tap] = row + axis->index[i + tap] * channels;
        weight[tap] = axis->weight[i + tap];
      }
      F(combine)(channels, count, source, weight, i > first, pixel);
    }
  }
}

CK_CLONES static void F(resample_body)(void *opaque, int64_t begin, int64_t end) {
  const F(resampling_context) *work = opaque;
  const F(matrix) *time = &work->axes[0], *height = &work->axes[1], *width = &work->axes[2];
  int64_t length = work->from[2] * work->channels;
  int64_t channels = work->channels < few_channels ? 1 : work->channels;
  int64_t elements = width->rows * channels;
  size_t bytes = (size_t)(length + F(buffered_rows)(length, elements)) * sizeof(REAL);
  REAL *buffer = ck_allocate(bytes), *sources = buffer + length, *result = sources + 4 * length;
  (void)sources, (void)result;
  for (int64_t line = begin; line < end; line++) {
    int64_t to_y = line % height->rows, to_t = line / height->rows % time->rows;
    const STORED *image =
        work->x + line / height->rows / time->rows * work->from[0] * work->from[1] * length;
    const REAL *row = buffer;
    // Sources wait here until there are four.
    const REAL *source[4] = {0};
    REAL weight[4] = {0};
    int64_t waiting = 0;
    bool adds = false;
    for (int32_t i = time->start[to_t]; i < time->start[to_t + 1]; i++)
      for (int32_t j = height->start[to_y]; j < height->start[to_y + 1]; j++) {
        if (waiting == 4) {
          F(combine)(length, 4, source, weight, adds, buffer);
          adds = true;
          waiting = 0;
        }
        const STORED *x = image + (time->index[i] * work->from[1] + height->index[j]) * length;
        source[waiting] = F(READ_ROW)(x, length, sources + waiting * length);
        weight[waiting++] = time->weight[i] * height->weight[j];
      }
    if (waiting == 1 && !adds && weight[0] == 1)
      row = source[0];
    else if (waiting > 0)
      F(combine)(length, waiting, source, weight, adds, buffer);
    else
      memset(buffer, 0, (size_t)length * sizeof(REAL));
    STORED *y = work->y + line * elements;
    F(resample_row)(width, channels, row, F(ROW_TO_WRITE)(y, result));
    F(WRITE_ROW)(elements, result, y);
  }
  ck_deallocate(buffer, bytes);
}

static void F(resample)(const ck_resampling *shape, bool transpose, const STORED *x, STORED *y) {
  const ck_interpolation method = shape->interpolation;
  F(resampling_context) work = {.channels = shape->channels, .x = x, .y = y};
  int64_t lines = shape->batch, length = shape->channels;
  for (int i = 0; i < 3; i++) {
    int64_t from = transpose ? shape->out[i] : shape->in[i];
    int64_t to = transpose ? shape->in[i] : shape->out[i];
    work.from[i] = from;
    if (i < 2) lines *= to; else length *= to;
  }
  if (lines <= 0 || length <= 0) return;
  for (int i = 0; i < 3; i++) {
    F(matrix) *axis = &work.axes[i];
    if (shape->coverage != ck_coverage_next && i > 0) {
      *axis = F(covering_axis)(
          method, shape->in[i], shape->out[i], shape->scale[i], shape->align_corners, shape->coverage);
    } else {
      *axis = F(axis)(
          i == 0 && method == ck_interpolation_cubic ? ck_interpolation_linear : method, shape->in[i], shape->out[i], shape->scale[i],
          shape->align_corners);
    }
    if (transpose) {
      F(matrix) forward = *axis;
      *axis = F(transposed)(&forward, shape->in[i]);
      ck_deallocate(forward.weight, forward.bytes);
    }
    if (i == 2 && shape->channels < few_channels) {
      F(matrix) plain = *axis;
      *axis = F(interleaved)(&plain, shape->channels);
      ck_deallocate(plain.weight, plain.bytes);
    }
  }
  ck_parallel(lines, grain_elements / length + 1, &work, F(resample_body));
  for (int i = 0; i < 3; i++) ck_deallocate(work.axes[i].weight, work.axes[i].bytes);
}
