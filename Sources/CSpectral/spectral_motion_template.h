// The operator by filtering on the motion-compensated graph: the neighbours of pixel p in frame t + k lie around the place
// to which the flow carries p, with exact links around the pixel nearest to it, weighted by how well the flows there and
// back agree. A frame's products are filtered over space as in the plain operator; then, over time, the filtered products
// are sampled along the flow. The adjoint scatters where the operator samples, and filters what has arrived.
//
// Frames of products have a border of one zero pixel, where samples beside the frame end.

// Where the pixels of row h of frame t lie in frame t + offset, as the four pixels around each place, the upper left one's
// index in a frame of products with its border, and their shares; of the nearest pixel, all.
INLINE void F(spectral_trace)(
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t offset, int64_t h, REAL tap,
    F(spectral_path) path) {
  int32_t row_step = (int32_t)work->row_step;
  REAL right = R(work->spectral->width), bottom = R(work->spectral->height);
  F(spectral_follow_row)(work, item, t, offset, h, tap, path);
  bool nearest = work->series;
  VECTORISED
  for (int64_t i = 0; i < path.count; i++) {
    REAL x = path.x[i], y = path.y[i];
    x = nearest ? F(floor)(x + R(0.5)) : x;
    y = nearest ? F(floor)(y + R(0.5)) : y;
    // Written so that what is no number lies outside.
    bool inside = (x > -1) & (x < right) & (y > -1) & (y < bottom);
    x = inside ? x : 0;
    y = inside ? y : 0;
    REAL weight = inside ? path.weight[i] : 0, left = F(floor)(x), top = F(floor)(y);
    int32_t index = ((int32_t)top + 1) * row_step + (int32_t)left + 1;
    path.index[i] = inside ? index : -1;
    x -= left;
    y -= top;
    path.share[0][i] = weight * (1 - x) * (1 - y);
    path.share[1][i] = weight * x * (1 - y);
    path.share[2][i] = weight * (1 - x) * y;
    path.share[3][i] = weight * x * y;
  }
  F(spectral_join)(path);
}

INLINE int64_t F(spectral_frame_step)(const F(spectral_work) * work) {
  return (work->spectral->height + 1 + block_rows) * work->row_step;
}

// Adds the products at a run's next pixels, between the pixels of a frame or at the nearest one, from its upper left one, to
// `sums` scaled, into `to`.
INLINE void F(spectral_sample)(
    const F(spectral_work) * work, bool nearest, const REAL *products, F(spectral_path) path, int64_t i, REAL scale,
    const REAL *sums, REAL *to) {
  int64_t row_step = work->row_step, pitch = work->pitch;
  F(vector) shares[4];
  for (int64_t corner = 0; corner < (nearest ? 1 : 4); corner++) shares[corner] = F(load)(path.share[corner] + i);
  for (int64_t q = 0; q < work->planes; q++, products += pitch, sums += pitch, to += pitch) {
    const REAL *lower = products + row_step;
    // What the row below will need.
    __builtin_prefetch(lower + row_step, 0, 2);
    F(vector) sum = scale * F(load)(sums) + shares[0] * F(load)(products);
    if (!nearest) {
      F(vector) below = shares[2] * F(load)(lower) + shares[3] * F(load)(lower + 1);
      sum += shares[1] * F(load)(products + 1) + below;
    }
    F(store)(sum, to);
  }
}

// The same for all pixels of a path. What is written beyond a run's end isn't meant: the next run's is.
INLINE void F(spectral_sample_path)(
    const F(spectral_work) * work, const REAL *frame, F(spectral_path) path, REAL scale, const REAL *sums, REAL *to) {
  F(spectral_work) own = *work;  // which what is written can't change
  for (int64_t i = 0; i < path.count; i += F(spectral_run_length)(path, i)) {
    const REAL *products = frame + path.index[i];
    if (path.index[i] < 0)
      for (int64_t q = 0; q < own.row_step; q += own.pitch) F(store)(scale * F(load)(sums + q + i), to + q + i);
    else if (own.series)
      F(spectral_sample)(&own, true, products, path, i, scale, sums + i, to + i);
    else
      F(spectral_sample)(&own, false, products, path, i, scale, sums + i, to + i);
  }
}

// The filtered products of a row, from those of the frames around it: in one of two rows of sums, which are made from each
// other in turns.
INLINE const REAL *F(spectral_gather)(
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t h, F(spectral_path) path, REAL *to, REAL *next) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0];
  const REAL *slot = work->ring + t % kt * F(spectral_frame_step)(work);
  // The pixels' own products first.
  const REAL *own = slot + (h + 1) * work->row_step + 1, *sums = own;
  REAL scale = work->taps[0][kt / 2];
  for (int64_t offset = -(kt / 2); offset <= kt / 2; offset++) {
    if (offset == 0 || t + offset < 0 || t + offset >= s->frames) continue;
    const REAL *frame = work->ring + (t + offset) % kt * F(spectral_frame_step)(work);
    F(spectral_trace)(work, item, t, offset, h, work->taps[0][kt / 2 + offset], path);
    F(spectral_sample_path)(work, frame, path, scale, sums, to);
    sums = to;
    scale = 1;
    to = next;
    next = (REAL *)sums;
  }
  if (sums != own) return next;
  for (int64_t q = 0; q < work->row_step; q += work->pitch) {
    VECTORISED
    for (int64_t i = 0; i < path.count; i++) to[q + i] = scale * own[q + i];
  }
  return to;
}

// Adds to rows first ..< last of frame t what the products of v = d·dy scatter there from the frames around. However
// the rows are shared out, a pixel's terms come in the same order.
CK_CLONES static void F(spectral_scatter)(
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t first, int64_t last,
    F(spectral_path) path, REAL *products) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0], width = s->width, row_step = work->row_step, pitch = work->pitch;
  REAL *target = work->scattered;
  memset(target + (first + 1) * row_step, 0, (size_t)((last - first) * row_step) * sizeof(REAL));
  for (int64_t k = 0; k < kt; k++) {
    int64_t offset = k - kt / 2, source = t - offset;
    if (source < 0 || source >= s->frames) continue;
    REAL tap = work->taps[0][k];
    for (int64_t h = offset == 0 ? first : 0; h < (offset == 0 ? last : s->height); h++) {
      int64_t at = ((item * s->frames + source) * s->height + h) * width;
      if (offset != 0) {
        F(spectral_trace)(work, item, source, offset, h, tap, path);
        int64_t low = INT64_MAX, high = INT64_MIN;
        VECTORISED
        for (int64_t i = 0; i < width; i++) {
          low = path.index[i] < low ? path.index[i] : low;
          high = path.index[i] > high ? path.index[i] : high;
        }
        if (low >= (last + 1) * row_step || high + row_step < (first + 1) * row_step) continue;
      }
      F(spectral_products)(work, work->dy + at, work->d + at, work->f + at, products);
      if (offset == 0) {
        REAL *row = target + (h + 1) * row_step + 1;
        VECTORISED
        for (int64_t i = 0; i < row_step - 1; i++) row[i] += tap * products[i];
        continue;
      }
      for (int64_t i = 0; i < width; i++) {
        int64_t index = path.index[i];
        bool upper = index >= (first + 1) * row_step && index < (last + 1) * row_step;
        bool lower = index + row_step >= (first + 1) * row_step && index < last * row_step;
        for (int64_t q = 0; q < work->planes; q++) {
          REAL product = products[q * pitch + i], *to = target + index + q * pitch;
          if (upper) {
            to[0] += path.share[0][i] * product;
            to[1] += path.share[1][i] * product;
          }
          if (lower) {
            to[row_step] += path.share[2][i] * product;
            to[row_step + 1] += path.share[3][i] * product;
          }
        }
      }
    }
  }
}

// The steps of one frame, each over all its rows.

CK_CLONES static void F(spectral_filter_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, REAL *window, REAL *vertical) {
  const ck_spectral *s = work->spectral;
  int64_t frame = work->frame * s->height * s->width, row_step = work->row_step;
  REAL *slot = work->ring + work->frame % s->frames % s->sizes[0] * F(spectral_frame_step)(work);
  F(spectral_source) source = {.x = work->x + frame, .d = work->d + frame, .f = work->f + frame};
  for (int64_t block = begin; block < end; block++)
    F(spectral_filter)(
        work, source, block * block_rows, block > begin, window, vertical,
        slot + (block * block_rows + 1) * row_step + 1);
  if (end == blocks_of(s->height))
    memset(slot + (s->height + 1) * row_step, 0, (size_t)row_step * sizeof(REAL));
}

static void F(spectral_filter_blocks)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  int64_t depth = work->spectral->sizes[1] + block_rows - 1;
  size_t bytes = sizeof(REAL) * (size_t)((depth + block_rows) * work->row_step);
  REAL *window = ck_allocate(bytes);
  memset(window, 0, bytes);
  F(spectral_filter_frame)(work, begin, end, window, window + depth * work->row_step);
  ck_deallocate(window, bytes);
}

CK_CLONES static void F(spectral_finish_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, F(spectral_path) path, REAL *scratch) {
  const ck_spectral *s = work->spectral;
  int64_t depth = s->sizes[1] + block_rows - 1, row_step = work->row_step;
  int64_t item = work->frame / s->frames, t = work->frame % s->frames;
  REAL *window = scratch, *vertical = window + depth * row_step, *v = vertical + block_rows * row_step;
  REAL *sums = v + block_rows * row_step, *next = sums + row_step, *rows = next + row_step;
  const REAL *u = NULL;
  F(spectral_source) arrived = {.products = work->scattered + row_step + 1};
  for (int64_t block = begin; block < end; block++) {
    int64_t first = block * block_rows, last = first + block_rows;
    if (work->dy) F(spectral_filter)(work, arrived, first, block > begin, window, vertical, v);
    for (int64_t h = first; h < last && h < s->height; h++) {
      int64_t at = (work->frame * s->height + h) * s->width;
      if (!work->dy || work->dd) u = F(spectral_gather)(work, item, t, h, path, sums, next);
      if (work->dy)
        F(spectral_finish_gradient)(work, at, u, v + (h - first) * row_step, rows);
      else
        F(spectral_finish)(work, at, u, rows);
    }
  }
}

static void F(spectral_finish_blocks)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  int64_t depth = work->spectral->sizes[1] + block_rows - 1;
  int64_t width = work->spectral->width;
  size_t elements = (size_t)((depth + 2 * block_rows + 2) * work->row_step + 3 * work->pitch);
  size_t path_bytes = F(spectral_path_bytes)(width);
  size_t bytes = path_bytes + elements * sizeof(REAL);
  char *scratch = ck_allocate(bytes);
  memset(scratch, 0, bytes);
  F(spectral_finish_frame)(
      work, begin, end, F(spectral_path_in)(scratch, width), (REAL *)(scratch + path_bytes));
  ck_deallocate(scratch, bytes);
}

static void F(spectral_scatter_rows)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  const ck_spectral *s = work->spectral;
  size_t path_bytes = F(spectral_path_bytes)(s->width);
  size_t bytes = path_bytes + (size_t)work->row_step * sizeof(REAL);
  char *scratch = ck_allocate(bytes);
  F(spectral_scatter)(
      work, work->frame / s->frames, work->frame % s->frames, begin, end,
      F(spectral_path_in)(scratch, s->width), (REAL *)(scratch + path_bytes));
  ck_deallocate(scratch, bytes);
}

static void F(spectral_motion_run)(F(spectral_work) * work) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0], blocks = blocks_of(s->height);
  size_t frame_bytes = (size_t)F(spectral_frame_step)(work) * sizeof(REAL);
  size_t bytes = frame_bytes * (size_t)(kt + 1);
  bool filters = !work->dy || work->dd;
  work->ring = ck_allocate(bytes);
  work->scattered = work->ring + (size_t)kt * (frame_bytes / sizeof(REAL));
  memset(work->ring, 0, bytes);
  for (int64_t item = 0; item < s->batch; item++)
    for (int64_t t = 0; t < s->frames + kt / 2; t++) {
      work->frame = item * s->frames + t;
      if (filters && t < s->frames) ck_parallel(blocks, 1, work, F(spectral_filter_blocks));
      if (t < kt / 2) continue;
      work->frame -= kt / 2;
      if (work->dy) ck_parallel(s->height, 1, work, F(spectral_scatter_rows));
      ck_parallel(blocks, 1, work, F(spectral_finish_blocks));
    }
  ck_deallocate(work->ring, bytes);
}
