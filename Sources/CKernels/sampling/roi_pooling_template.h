// A bilinear surface is a sum of samples times hats, hat(x) = max(0, 1 − |x|), along both axes. So its integral over
// a bin, and its mean over a grid of places, is a sum of samples times one factor for each axis.

// A bin along one axis of `size` samples, and the samples whose hats reach into it. Without points it is integrated.
typedef struct {
  REAL low, high;
  int64_t first, last, size, points;
} F(bin);

INLINE REAL F(hat)(REAL x) { return LIBM(fmax)(0, 1 - LIBM(fabs)(x)); }

// The integral of the hat up to x.
INLINE REAL F(hat_integral)(REAL x) {
  if (x <= -1) return 0;
  if (x >= 1) return 1;
  return x <= 0 ? (x + 1) * (x + 1) / 2 : 1 - (1 - x) * (1 - x) / 2;
}

// The hat's mean over the places in a bin; a place more than a sample outside counts for nothing, one nearer is moved in.
INLINE REAL F(weight_at_points)(F(bin) bin, int64_t sample) {
  REAL sum = 0, step = (bin.high - bin.low) / (REAL)bin.points, end = (REAL)bin.size;
  int64_t first = 0, last = bin.points - 1;
  if (bin.points > few_points) {
    // Those that may lie within a sample of this one.
    first = (int64_t)LIBM(fmax)(((REAL)sample - 1 - bin.low) / step - 3, 0);
    last = (int64_t)LIBM(fmin)(((REAL)sample + 1 - bin.low) / step + 3, (REAL)last);
  }
  for (int64_t i = first; i <= last; i++) {
    REAL place = bin.low + ((REAL)i + (REAL)0.5) * step;
    if (place < -1 || place > end) continue;
    sum += F(hat)(LIBM(fmin)(LIBM(fmax)(place, 0), end - 1) - (REAL)sample);
  }
  return sum / (REAL)bin.points;
}

// The same where places are too many to be told from one another: the integral.
INLINE REAL F(weight_at_all)(F(bin) bin, int64_t sample) {
  REAL end = (REAL)(bin.size - 1), low = LIBM(fmax)(bin.low, -1), high = LIBM(fmin)(bin.high, end + 1);
  REAL sum = F(hat_integral)(LIBM(fmin)(high, end) - (REAL)sample) - F(hat_integral)(LIBM(fmax)(low, 0) - (REAL)sample);
  if (sample == 0) sum += LIBM(fmax)(LIBM(fmin)(high, 0) - low, 0);
  if (sample == bin.size - 1) sum += LIBM(fmax)(high - LIBM(fmax)(low, end), 0);
  return LIBM(fmax)(sum, 0) / (bin.high - bin.low);
}

INLINE REAL F(weight)(F(bin) bin, int64_t sample) {
  if (bin.points > most_points) return F(weight_at_all)(bin, sample);
  if (bin.points > 0) return F(weight_at_points)(bin, sample);
  return F(hat_integral)(bin.high - (REAL)sample) - F(hat_integral)(bin.low - (REAL)sample);
}

// Bin `index` of `count` between two edges of a box.
INLINE F(bin) F(bin_at)(REAL low, REAL high, int64_t index, int64_t count, int64_t size) {
  REAL extent = LIBM(fmax)(high - low, 0) / (REAL)count;
  F(bin) bin = {.low = low + extent * (REAL)index, .high = low + extent * (REAL)(index + 1), .size = size};
  bin.first = (int64_t)LIBM(fmin)(LIBM(fmax)(LIBM(floor)(bin.low), 0), (REAL)size);
  bin.last = (int64_t)LIBM(fmax)(LIBM(fmin)(LIBM(ceil)(bin.high), (REAL)(size - 1)), -1);
  return bin;
}

// The places of a bin, and the samples that they see: those at the borders from a sample outside.
INLINE void F(take_points)(F(bin) *bin, int64_t points) {
  bin->points = points > 0 ? points : (int64_t)LIBM(fmin)(LIBM(ceil)(bin->high - bin->low), R(1e9));
  REAL end = (REAL)(bin->size - 1);
  bin->first = (int64_t)LIBM(fmin)(LIBM(fmax)(LIBM(floor)(bin->low), 0), end);
  bin->last = (int64_t)LIBM(fmax)(LIBM(fmin)(LIBM(ceil)(bin->high), end), 0);
}

// The bins of an output, and 1 over their area, 0 where there is none, NaN where the box is not finite.
typedef struct {
  F(bin) rows, columns;
  int64_t sample;
  REAL share;
} F(window);

INLINE F(window) F(window_at)(const ck_roi_pooling *pooling, const REAL *boxes, int64_t output) {
  int64_t column = output % pooling->out_width, row = output / pooling->out_width % pooling->out_height;
  const REAL *box = boxes + output / pooling->out_width / pooling->out_height * 5;
  REAL scale = (REAL)pooling->scale, shift = pooling->half_pixel ? (REAL)0.5 : 0;
  REAL left = box[1] * scale - shift, top = box[2] * scale - shift;
  REAL right = box[3] * scale - shift, bottom = box[4] * scale - shift;
  if (!pooling->precise && !pooling->half_pixel) {
    right = LIBM(fmax)(right, left + 1);
    bottom = LIBM(fmax)(bottom, top + 1);
  }
  F(window) window = {.sample = (int64_t)box[0], .rows.last = -1, .columns.last = -1};
  if (!(LIBM(fabs)(right - left) < (REAL)INFINITY && LIBM(fabs)(bottom - top) < (REAL)INFINITY)) {
    window.share = (REAL)NAN;
    return window;
  }
  window.columns = F(bin_at)(left, right, column, pooling->out_width, pooling->width);
  window.rows = F(bin_at)(top, bottom, row, pooling->out_height, pooling->height);
  if (!pooling->precise) {
    F(take_points)(&window.columns, pooling->points);
    F(take_points)(&window.rows, pooling->points);
    window.share = window.columns.points > 0 && window.rows.points > 0;
    return window;
  }
  REAL area = (window.rows.high - window.rows.low) * (window.columns.high - window.columns.low);
  window.share = area > 0 ? 1 / area : 0;
  return window;
}

typedef struct {
  const ck_roi_pooling *pooling;
  const REAL *x, *dy, *boxes;
  REAL *result;
} F(roi_work);

CK_CLONES static void F(roi_pool_range)(void *context, int64_t begin, int64_t end) {
  const F(roi_work) *work = context;
  const ck_roi_pooling *pooling = work->pooling;
  int64_t channels = pooling->channels;
  for (int64_t output = begin; output < end; output++) {
    F(window) window = F(window_at)(pooling, work->boxes, output);
    REAL *restrict y = work->result + output * channels;
    for (int64_t c = 0; c < channels; c++) y[c] = window.share == window.share ? 0 : window.share;
    if (window.share == 0) continue;
    for (int64_t row = window.rows.first; row <= window.rows.last; row++) {
      REAL height = F(weight)(window.rows, row) * window.share;
      const REAL *line = work->x + (window.sample * pooling->height + row) * pooling->width * channels;
      for (int64_t column = window.columns.first; column <= window.columns.last; column++) {
        REAL weight = height * F(weight)(window.columns, column);
        const REAL *restrict x = line + column * channels;
        for (int64_t c = 0; c < channels; c++) y[c] += weight * x[c];
      }
    }
  }
}

// Rows are those of the input: each piece of work goes through all boxes, and adds to its own rows.
CK_CLONES static void F(roi_input_gradient_range)(void *context, int64_t begin, int64_t end) {
  const F(roi_work) *work = context;
  const ck_roi_pooling *pooling = work->pooling;
  int64_t channels = pooling->channels, length = pooling->width * channels;
  memset(work->result + begin * length, 0, (size_t)((end - begin) * length) * sizeof(REAL));
  for (int64_t output = 0; output < pooling->boxes * pooling->out_height * pooling->out_width; output++) {
    F(window) window = F(window_at)(pooling, work->boxes, output);
    if (window.share == 0) continue;
    const REAL *restrict dy = work->dy + output * channels;
    for (int64_t row = window.rows.first; row <= window.rows.last; row++) {
      int64_t place = window.sample * pooling->height + row;
      if (place < begin || place >= end) continue;
      REAL height = F(weight)(window.rows, row) * window.share;
      for (int64_t column = window.columns.first; column <= window.columns.last; column++) {
        REAL weight = height * F(weight)(window.columns, column);
        REAL *restrict dx = work->result + place * length + column * channels;
        for (int64_t c = 0; c < channels; c++) dx[c] += weight * dy[c];
      }
    }
  }
}

// The derivatives of the mean m = share·Σ over a bin by its edges: of the integral, less m over the bin's extent.
CK_CLONES static void F(roi_box_gradient_range)(void *context, int64_t begin, int64_t end) {
  const F(roi_work) *work = context;
  const ck_roi_pooling *pooling = work->pooling;
  int64_t channels = pooling->channels, bins = pooling->out_height * pooling->out_width;
  for (int64_t box = begin; box < end; box++) {
    REAL gradient[4] = {0};  // left, top, right, bottom
    for (int64_t output = box * bins; output < (box + 1) * bins; output++) {
      F(window) window = F(window_at)(pooling, work->boxes, output);
      if (window.share == 0) continue;
      const REAL *dy = work->dy + output * channels;
      REAL sum = 0, edges[4] = {0};
      for (int64_t row = window.rows.first; row <= window.rows.last; row++) {
        REAL height = F(weight)(window.rows, row);
        REAL top = F(hat)(window.rows.low - (REAL)row), bottom = F(hat)(window.rows.high - (REAL)row);
        const REAL *line = work->x + (window.sample * pooling->height + row) * pooling->width * channels;
        for (int64_t column = window.columns.first; column <= window.columns.last; column++) {
          const REAL *x = line + column * channels;
          REAL product = 0, width = F(weight)(window.columns, column);
          for (int64_t c = 0; c < channels; c++) product += dy[c] * x[c];
          sum += product * height * width;
          edges[0] -= product * height * F(hat)(window.columns.low - (REAL)column);
          edges[1] -= product * width * top;
          edges[2] += product * height * F(hat)(window.columns.high - (REAL)column);
          edges[3] += product * width * bottom;
        }
      }
      REAL across = sum / (window.columns.high - window.columns.low);
      REAL down = sum / (window.rows.high - window.rows.low);
      REAL left = (edges[0] + across) * window.share, right = (edges[2] - across) * window.share;
      REAL top = (edges[1] + down) * window.share, bottom = (edges[3] - down) * window.share;
      // Where the bin's edges lie between the box's.
      REAL column = (REAL)(output % pooling->out_width), width = (REAL)pooling->out_width;
      REAL row = (REAL)(output / pooling->out_width % pooling->out_height), height = (REAL)pooling->out_height;
      gradient[0] += left * (1 - column / width) + right * (1 - (column + 1) / width);
      gradient[2] += left * (column / width) + right * ((column + 1) / width);
      gradient[1] += top * (1 - row / height) + bottom * (1 - (row + 1) / height);
      gradient[3] += top * (row / height) + bottom * ((row + 1) / height);
    }
    work->result[box * 5] = 0;
    for (int i = 0; i < 4; i++) work->result[box * 5 + 1 + i] = gradient[i] * (REAL)pooling->scale;
  }
}

static void F(roi_pool)(const ck_roi_pooling *pooling, const REAL *x, const REAL *boxes, REAL *y) {
  F(roi_work) work = {.pooling = pooling, .x = x, .boxes = boxes, .result = y};
  ck_parallel(
      pooling->boxes * pooling->out_height * pooling->out_width, (1 << 11) / (pooling->channels + 1) + 1, &work,
      F(roi_pool_range));
}

static void F(roi_pool_input_gradient)(
    const ck_roi_pooling *pooling, const REAL *dy, const REAL *boxes, REAL *dx) {
  F(roi_work) work = {.pooling = pooling, .dy = dy, .boxes = boxes, .result = dx};
  ck_parallel(
      pooling->batch * pooling->height, (1 << 13) / (pooling->width * pooling->channels + 1) + 1, &work,
      F(roi_input_gradient_range));
}

static void F(roi_pool_box_gradient)(
    const ck_roi_pooling *pooling, const REAL *dy, const REAL *x, const REAL *boxes, REAL *dboxes) {
  F(roi_work) work = {.pooling = pooling, .x = x, .dy = dy, .boxes = boxes, .result = dboxes};
  ck_parallel(pooling->boxes, 1, &work, F(roi_box_gradient_range));
}
