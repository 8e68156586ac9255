// Images of few channels, sampled linearly: many outputs of a row at once, each lane reading where its own output says.

// Of outputs that lie side by side.
typedef struct {
  BITS column[most_points], row[most_points];  // the upper left of the four samples around
  REAL right[most_points], lower[most_points]; // how far beyond it
  REAL unknown[most_points];                   // nothing is added, or NaN
} F(places);

// One axis of places, as `in_samples` and `clipped` would have them: for outputs at `position` and so on along the axis
// where it is theirs, else all at it.
INLINE void F(place_axis)(
    const ck_grid_sampling *sampling, int axis, const REAL *coordinates, int64_t position, bool is_theirs, int64_t count,
    BITS *index, REAL *beyond, REAL *unknown) {
  AS_WRITTEN
  bool zeros = sampling->padding == ck_grid_zeros, moves = sampling->coordinates == ck_grid_displacement;
  REAL size = (REAL)sampling->in[axis], low = zeros ? -2 : 0, high = zeros ? size + 1 : size - 1;
  REAL centres = sampling->coordinates == ck_grid_centres ? size - 1 : size;
  REAL first = moves ? (REAL)position : 1, step = moves && is_theirs ? 1 : 0, scale = moves ? 1 : centres / 2;
  REAL back = sampling->coordinates == ck_grid_edges ? R(0.5) : 0;
  VECTORISED
  for (BITS i = 0; i < (BITS)count; i++) {
    REAL at = (first + step * (REAL)i + coordinates[2 * i]) * scale - back;
    // Of what isn't finite nothing is known, but in the border's hands.
    REAL rest = at - at;
    unknown[i] += zeros ? rest : 0;
    at = at > low ? at : low;
    at = at < high ? at : high;
    REAL base = LIBM(floor)(at);
    index[i] = (BITS)base;
    beyond[i] = at - base;
  }
}

INLINE void F(sample_places)(
    const ck_grid_sampling *sampling, const F(places) *at, int64_t count, const REAL *image, REAL *y) {
  const KEY height = (KEY)sampling->in[1], width = (KEY)sampling->in[2];
  const BITS channels = (BITS)sampling->channels, down = (BITS)width * channels;
  for (BITS channel = 0; channel < channels; channel++) {
    VECTORISED
    for (BITS i = 0; i < (BITS)count; i++) {
      BITS column = at->column[i], row = at->row[i], p = row * down + column * channels + channel;
      bool left = (KEY)column < width, right = (KEY)(column + 1) < width;
      bool upper = (KEY)row < height, lower = (KEY)(row + 1) < height;
      REAL a = at->right[i], b = at->lower[i], sum = at->unknown[i];
      sum += (1 - b) * (1 - a) * ((upper & left) ? image[p] : 0);
      sum += (1 - b) * a * ((upper & right) ? image[p + channels] : 0);
      sum += b * (1 - a) * ((lower & left) ? image[p + down] : 0);
      sum += b * a * ((lower & right) ? image[p + down + channels] : 0);
      y[i * channels + channel] = sum;
    }
  }
}

CK_CLONES static void F(sample_lanes_range)(void *context, int64_t begin, int64_t end) {
  const F(grid_work) *work = context;
  const ck_grid_sampling *sampling = work->sampling;
  int64_t channels = sampling->channels, width = sampling->out[2], height = sampling->out[1];
  int64_t area = sampling->in[1] * sampling->in[2] * channels;
  F(places) at;
  while (begin < end) {
    int64_t column = begin % width, row = begin / width % height, image = begin / width / height;
    int64_t count = width - column < most_points ? width - column : most_points;
    if (count > end - begin) count = end - begin;
    const REAL *grid = work->grid + 2 * begin;
    memset(at.unknown, 0, sizeof at.unknown);
    F(place_axis)(sampling, 2, grid, column, true, count, at.column, at.right, at.unknown);
    F(place_axis)(sampling, 1, grid + 1, row, false, count, at.row, at.lower, at.unknown);
    F(sample_places)(sampling, &at, count, work->x + image * area, work->result + begin * channels);
    begin += count;
  }
}

INLINE bool F(is_sampled_in_lanes)(const ck_grid_sampling *sampling) {
  return sampling->axes == 2 && sampling->interpolation == ck_grid_linear && sampling->padding != ck_grid_reflection
      && sampling->channels <= few_channels
      && sampling->in[1] * sampling->in[2] * sampling->channels < 1 << 30;
}
