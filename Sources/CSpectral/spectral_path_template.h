// Where the pixels of a frame's rows lie in the frames around it, a step of the flow after the other.
//
// Flow is smooth: the pixels of a row come in runs that move alike, whose surroundings lie side by side as they do
// themselves. So what is read there is read run by run, in all lanes; the results beyond a run's end are overwritten by the
// next run's. Rows are therefore longer than the frame is wide.

typedef struct {
  int64_t first, count;  // the pixels of a row
  REAL *x, *y, *weight;  // where they come to lie, and how much that counts
  int32_t *index;        // of what they read first, below 0 where there is nothing to read
  uint8_t *joined;       // whether the next pixel is of the same run
  REAL *share[4];        // of the four pixels around
} F(spectral_path);

static int64_t F(spectral_path_pitch)(int64_t width) { return width + 2 * lanes; }

static size_t F(spectral_path_bytes)(int64_t width) {
  return (size_t)F(spectral_path_pitch)(width) * (7 * sizeof(REAL) + sizeof(int32_t) + 1);
}

static F(spectral_path) F(spectral_path_in)(void *scratch, int64_t width) {
  int64_t pitch = F(spectral_path_pitch)(width);
  REAL *rows = scratch;
  int32_t *index = (int32_t *)(rows + 7 * pitch);
  return (F(spectral_path)){
      .count = width, .x = rows, .y = rows + pitch, .weight = rows + 2 * pitch, .index = index,
      .joined = (uint8_t *)(index + pitch),
      .share = {rows + 3 * pitch, rows + 4 * pitch, rows + 5 * pitch, rows + 6 * pitch}};
}

// The runs of a row, from its indices: of pixels that move alike, and of those that have nothing to read.
INLINE void F(spectral_join)(F(spectral_path) path) {
  path.index[path.count] = -1;
  VECTORISED
  for (int64_t i = 0; i < path.count; i++)
    path.joined[i] = path.index[i + 1] == (path.index[i] < 0 ? -1 : path.index[i] + 1);
}

// How many pixels from the i-th on are of one run, as many as there are lanes at most: of its bytes, without a branch.
INLINE int64_t F(spectral_run_length)(F(spectral_path) path, int64_t i) {
  uint64_t joined;
  memcpy(&joined, path.joined + i, lanes);
  uint64_t ends = (joined ^ 0x0101010101010101) | (uint64_t)1 << 56;
  return __builtin_ctzll(ends) / 8 + 1;
}

// The flow at (x, y), between pixels, and how well the flows agree there; beside the frame it is 0, and they don't.
INLINE void F(spectral_flow_between)(
    int64_t height, int64_t width, const REAL *flow, const REAL *agreement, REAL x, REAL y, REAL *dx, REAL *dy,
    REAL *agrees) {
  REAL left = F(floor)(x), top = F(floor)(y);
  *dx = *dy = *agrees = 0;
  if (!(left >= -1 && left < R(width) && top >= -1 && top < R(height))) return;
  REAL right_share = x - left, lower_share = y - top;
  int64_t column = (int64_t)left, row = (int64_t)top;
  for (int64_t corner = 0; corner < 4; corner++) {
    int64_t i = column + corner % 2, h = row + corner / 2;
    if (i < 0 || i >= width || h < 0 || h >= height) continue;
    REAL share = (corner % 2 ? right_share : 1 - right_share) * (corner / 2 ? lower_share : 1 - lower_share);
    int64_t at = h * width + i;
    *dx += share * flow[2 * at];
    *dy += share * flow[2 * at + 1];
    *agrees += share * agreement[at];
  }
}

// The same for a run's next pixels at x and y, from the upper left of the four pixels around the first.
INLINE void F(spectral_flow_of_run)(
    int64_t width, const REAL *flow, const REAL *agreement, const REAL *x, const REAL *y, REAL *dx, REAL *dy,
    REAL *agrees) {
  const REAL *right = flow + 2, *lower = flow + 2 * width, *last = lower + 2;
  // What the row below will need.
  __builtin_prefetch(lower + 2 * width);
  __builtin_prefetch(agreement + 2 * width);
  const REAL *agrees_right = agreement + 1, *agrees_lower = agreement + width, *agrees_last = agrees_lower + 1;
  VECTORISED
  for (int64_t k = 0; k < lanes; k++) {
    REAL across = x[k] - F(floor)(x[k]), down = y[k] - F(floor)(y[k]);
    REAL s0 = (1 - across) * (1 - down), s1 = across * (1 - down), s2 = (1 - across) * down, s3 = across * down;
    dx[k] = s0 * flow[2 * k] + s1 * right[2 * k] + s2 * lower[2 * k] + s3 * last[2 * k];
    dy[k] = s0 * flow[2 * k + 1] + s1 * right[2 * k + 1] + s2 * lower[2 * k + 1] + s3 * last[2 * k + 1];
    agrees[k] = s0 * agreement[k] + s1 * agrees_right[k] + s2 * agrees_lower[k] + s3 * agrees_last[k];
  }
}

// One step further along the flow for a row of pixels, wherever they are by now.
INLINE void F(spectral_follow)(
    int64_t height, int64_t width, const REAL *flow, const REAL *agreement, F(spectral_path) path) {
  REAL *dx = path.share[0], *dy = path.share[1], *agrees = path.share[2];
  int32_t limit = (int32_t)((height - 1) * width - 1 - lanes);  // from where on runs would read beyond the frame
  REAL last_column = R(width - 1), last_row = R(height - 1);
  int32_t row_length = (int32_t)width;
  VECTORISED
  for (int64_t i = 0; i < path.count; i++) {
    REAL left = F(floor)(path.x[i]), top = F(floor)(path.y[i]);
    bool inside = (left >= 0) & (left < last_column) & (top >= 0) & (top < last_row);
    int32_t index = (int32_t)(inside ? top : 0) * row_length + (int32_t)(inside ? left : 0);
    path.index[i] = (inside & (index < limit)) ? index : -1;
  }
  F(spectral_join)(path);
  for (int64_t i = 0; i < path.count;) {
    int64_t index = path.index[i];
    if (index < 0) {
      F(spectral_flow_between)(
          height, width, flow, agreement, path.x[i], path.y[i], dx + i, dy + i, agrees + i);
      i++;
      continue;
    }
    F(spectral_flow_of_run)(
        width, flow + 2 * index, agreement + index, path.x + i, path.y + i, dx + i, dy + i, agrees + i);
    i += F(spectral_run_length)(path, i);
  }
  VECTORISED
  for (int64_t i = 0; i < path.count; i++) {
    path.x[i] += dx[i];
    path.y[i] += dy[i];
    path.weight[i] *= agrees[i];
  }
}

// The pixels of row h where they are, counting `tap`.
INLINE void F(spectral_start_row)(int64_t h, REAL tap, F(spectral_path) path) {
  VECTORISED
  for (int64_t i = 0; i < path.count; i++) {
    path.x[i] = R(path.first + i);
    path.y[i] = R(h);
    path.weight[i] = tap;
  }
}

// The last step of a path from row h of frame t to frame t + offset: from the frame before that one, or from the pixels where
// they are, counting `tap`.
INLINE void F(spectral_step_row)(
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t offset, int64_t h, REAL tap, F(spectral_path) path) {
  const ck_spectral *s = work->spectral;
  int64_t width = s->width, height = s->height, forwards = offset > 0;
  if (!work->motion || offset == 0) {
    F(spectral_start_row)(h, tap, path);
    return;
  }
  int64_t frame = (item * s->frames + t + (forwards ? offset - 1 : offset + 1)) * height * width;
  const REAL *flow = work->motion->flow[!forwards], *agreement = work->motion->agreement[!forwards];
  flow += 2 * frame;
  agreement += frame;
  if (offset != 1 && offset != -1) {
    F(spectral_follow)(height, width, flow, agreement, path);
    return;
  }
  flow += 2 * (h * width + path.first);
  agreement += h * width + path.first;
  VECTORISED
  for (int64_t i = 0; i < path.count; i++) {
    path.x[i] = R(path.first + i) + flow[2 * i];
    path.y[i] = R(h) + flow[2 * i + 1];
    path.weight[i] = tap * agreement[i];
  }
}

// Where the pixels of row h of frame t lie in frame t + offset, along the flow from frame to frame, and how much that
// counts, from `tap` for the pixels themselves.
INLINE void F(spectral_follow_row)(
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t offset, int64_t h, REAL tap,
    F(spectral_path) path) {
  if (offset == 0) F(spectral_start_row)(h, tap, path);
  for (int64_t step = 1; step <= (offset > 0 ? offset : -offset); step++)
    F(spectral_step_row)(work, item, t, offset > 0 ? step : -step, h, tap, path);
}
