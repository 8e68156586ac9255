// What one output reads along one axis: samples, their weights, and the weights' derivatives by the coordinate. Nothing is
// known of an output whose coordinate is not finite, unless the padding, or the nearest sample, takes one for it.
typedef struct {
  int count;
  bool unknown;
  int64_t index[most_taps];
  REAL weight[most_taps], slope[most_taps];
} F(taps);

typedef struct {
  REAL value, slope;
} F(coordinate);

// Positions are rounded as PyTorch rounds them, in images one way and in volumes another, so that the samples far
// coordinates come to are the same.
#define AS_WRITTEN _Pragma("clang fp contract(off)")

// Mirrored at low and high, the slope's sign with it.
INLINE F(coordinate) F(reflected)(F(coordinate) at, REAL low, REAL high, bool volume) {
  AS_WRITTEN
  REAL span = high - low;
  if (span <= 0) return (F(coordinate)){0, 0};
  REAL distance = LIBM(fabs)(at.value - low), rest, back;
  bool flips = false;
  if (volume) {
    REAL spans = LIBM(floor)(distance / span);
    rest = LIBM(fmod)(distance, span);
    back = span - rest;
    flips = spans < R(2147483648) && LIBM(fmod)(spans, 2) != 0;
  } else {
    rest = distance - LIBM(trunc)(distance / (2 * span)) * (2 * span);
    back = 2 * span - rest;
    flips = rest > back;
  }
  REAL slope = at.value < low ? -at.slope : at.slope;
  return flips ? (F(coordinate)){back + low, -slope} : (F(coordinate)){rest + low, slope};
}

INLINE F(coordinate) F(clipped)(F(coordinate) at, REAL high, bool volume) {
  if (at.value <= 0) return (F(coordinate)){0, 0};
  if (at.value >= high) return (F(coordinate)){high, 0};
  // Not a number.
  if (at.value != at.value) return (F(coordinate)){volume ? high : 0, 0};
  return at;
}

// A coordinate in samples brought to where samples are.
INLINE F(coordinate) F(padded)(const ck_grid_sampling *sampling, int64_t size, F(coordinate) at) {
  bool volume = sampling->axes == 3;
  if (sampling->padding == ck_grid_reflection) {
    bool centres = sampling->coordinates != ck_grid_edges;
    at = F(reflected)(at, centres ? 0 : R(-0.5), centres ? (REAL)(size - 1) : (REAL)size - R(0.5), volume);
  }
  if (sampling->padding != ck_grid_zeros) at = F(clipped)(at, (REAL)(size - 1), volume);
  // Beyond what an index can be: outside.
  if (!(LIBM(fabs)(at.value) < R(9e18))) at = (F(coordinate)){-100, 0};
  return at;
}

// A grid's coordinate in samples, at an output's position.
INLINE F(coordinate) F(in_samples)(const ck_grid_sampling *sampling, REAL size, REAL coordinate, int64_t position) {
  AS_WRITTEN
  bool volume = sampling->axes == 3;
  switch (sampling->coordinates) {
    case ck_grid_edges:
      return (F(coordinate)){
          volume ? ((coordinate + 1) * size - 1) / 2 : (coordinate + 1) * (size / 2) - R(0.5), size / 2};
    case ck_grid_centres:
      return (F(coordinate)){
          volume ? (coordinate + 1) / 2 * (size - 1) : (coordinate + 1) * ((size - 1) / 2), (size - 1) / 2};
    default: return (F(coordinate)){(REAL)position + coordinate, 1};
  }
}

// Cubic convolution's kernel (Keys 1981), a = −0.75, at a distance of at most 1 and at most 2, and its derivative.
INLINE REAL F(near)(REAL d) { return (R(1.25) * d - R(2.25)) * d * d + 1; }
INLINE REAL F(far)(REAL d) { return ((R(-0.75) * d + R(3.75)) * d - 6) * d + 3; }
INLINE REAL F(near_slope)(REAL d) { return (R(3.75) * d - R(4.5)) * d; }
INLINE REAL F(far_slope)(REAL d) { return (R(-2.25) * d + R(7.5)) * d - 6; }

// The taps along one axis for a grid's coordinate, at an output's position.
INLINE F(taps) F(taps_at)(const ck_grid_sampling *sampling, int axis, REAL coordinate, int64_t position) {
  int64_t size = sampling->in[axis];
  F(coordinate) at = F(in_samples)(sampling, (REAL)size, coordinate, position);
  F(taps) taps = {0};
  bool finds_sample = sampling->interpolation == ck_grid_nearest
      || (sampling->interpolation == ck_grid_linear && sampling->padding != ck_grid_zeros);
  taps.unknown = !finds_sample && sampling->axes == 2 && !(LIBM(fabs)(at.value) < (REAL)INFINITY);
  if (taps.unknown) return taps;
  if (sampling->interpolation == ck_grid_cubic) {
    REAL base = LIBM(floor)(at.value), t = at.value - base;
    const REAL weight[4] = {F(far)(t + 1), F(near)(t), F(near)(1 - t), F(far)(2 - t)};
    const REAL slope[4] = {F(far_slope)(t + 1), F(near_slope)(t), -F(near_slope)(1 - t), -F(far_slope)(2 - t)};
    taps.count = 4;
    for (int tap = 0; tap < 4; tap++) {
      F(coordinate) sample = F(padded)(sampling, size, (F(coordinate)){base + (REAL)(tap - 1), 0});
      taps.index[tap] = (int64_t)sample.value;
      taps.weight[tap] = weight[tap];
      taps.slope[tap] = slope[tap] * at.slope;
    }
    return taps;
  }
  at = F(padded)(sampling, size, at);
  if (sampling->interpolation == ck_grid_nearest) {
    taps.count = 1;
    taps.index[0] = (int64_t)LIBM(rint)(at.value);
    taps.weight[0] = 1;
    return taps;
  }
  REAL base = LIBM(floor)(at.value), t = at.value - base;
  taps.count = 2;
  taps.index[0] = (int64_t)base;
  taps.index[1] = taps.index[0] + 1;
  taps.weight[0] = 1 - t;
  taps.weight[1] = t;
  taps.slope[0] = -at.slope;
  taps.slope[1] = at.slope;
  return taps;
}

// The taps of one output along all axes; without a time axis, frame 0.
INLINE void F(taps_of_point)(const ck_grid_sampling *sampling, const REAL *grid, int64_t point, F(taps) taps[3]) {
  int64_t position[3] = {
      point / sampling->out[2] / sampling->out[1] % sampling->out[0],
      point / sampling->out[2] % sampling->out[1], point % sampling->out[2]};
  const REAL *coordinates = grid + point * sampling->axes;
  taps[2] = F(taps_at)(sampling, 2, coordinates[0], position[2]);
  taps[1] = F(taps_at)(sampling, 1, coordinates[1], position[1]);
  if (sampling->axes == 3) taps[0] = F(taps_at)(sampling, 0, coordinates[2], position[0]);
  else taps[0] = (F(taps)){.count = 1, .index = {0}, .weight = {1}};
}

INLINE bool F(is_inside)(const ck_grid_sampling *sampling, int axis, int64_t index) {
  return index >= 0 && index < sampling->in[axis];
}

typedef struct {
  const ck_grid_sampling *sampling;
  const REAL *x, *grid, *dy;
  REAL *result;
} F(grid_work);

// Every sample that `point` reads: its row [batch, time, height] of the input, its column, and the taps behind it.
#define FOR_SAMPLES(sampling, point, taps)                                                               \
  for (int a = 0; a < taps[0].count; a++)                                                                \
    for (int b = 0; b < taps[1].count; b++)                                                              \
      if (F(is_inside)(sampling, 0, taps[0].index[a]) && F(is_inside)(sampling, 1, taps[1].index[b]))    \
        for (int c = 0; c < taps[2].count; c++)                                                          \
          if (F(is_inside)(sampling, 2, taps[2].index[c]))
#define ROW_OF_SAMPLE(sampling, image, taps) \
  (((image) * sampling->in[0] + taps[0].index[a]) * sampling->in[1] + taps[1].index[b])

CK_CLONES static void F(grid_sample_range)(void *context, int64_t begin, int64_t end) {
  const F(grid_work) *work = context;
  const ck_grid_sampling *sampling = work->sampling;
  int64_t channels = sampling->channels, points = sampling->out[0] * sampling->out[1] * sampling->out[2];
  for (int64_t point = begin; point < end; point++) {
    F(taps) taps[3];
    F(taps_of_point)(sampling, work->grid, point, taps);
    REAL *restrict y = work->result + point * channels;
    const bool unknown = taps[0].unknown || taps[1].unknown || taps[2].unknown;
    for (int64_t i = 0; i < channels; i++) y[i] = unknown ? (REAL)NAN : 0;
    FOR_SAMPLES(sampling, point, taps) {
      const REAL *restrict x =
          work->x + (ROW_OF_SAMPLE(sampling, point / points, taps) * sampling->in[2] + taps[2].index[c]) * channels;
      REAL weight = taps[0].weight[a] * taps[1].weight[b] * taps[2].weight[c];
      for (int64_t i = 0; i < channels; i++) y[i] += weight * x[i];
    }
  }
}

// Rows are those of the input: each piece of work reads the whole grid of its images, and adds to its own rows.
CK_CLONES static void F(input_gradient_range)(void *context, int64_t begin, int64_t end) {
  const F(grid_work) *work = context;
  const ck_grid_sampling *sampling = work->sampling;
  int64_t channels = sampling->channels, points = sampling->out[0] * sampling->out[1] * sampling->out[2];
  int64_t rows = sampling->in[0] * sampling->in[1], length = sampling->in[2] * channels;
  memset(work->result + begin * length, 0, (size_t)((end - begin) * length) * sizeof(REAL));
  for (int64_t point = begin / rows * points; point < ((end - 1) / rows + 1) * points; point++) {
    F(taps) taps[3];
    F(taps_of_point)(sampling, work->grid, point, taps);
    const REAL *restrict dy = work->dy + point * channels;
    FOR_SAMPLES(sampling, point, taps) {
      int64_t row = ROW_OF_SAMPLE(sampling, point / points, taps);
      if (row < begin || row >= end) break;
      REAL *restrict dx = work->result + row * length + taps[2].index[c] * channels;
      REAL weight = taps[0].weight[a] * taps[1].weight[b] * taps[2].weight[c];
      for (int64_t i = 0; i < channels; i++) dx[i] += weight * dy[i];
    }
  }
}

CK_CLONES static void F(grid_gradient_range)(void *context, int64_t begin, int64_t end) {
  const F(grid_work) *work = context;
  const ck_grid_sampling *sampling = work->sampling;
  int64_t channels = sampling->channels, points = sampling->out[0] * sampling->out[1] * sampling->out[2];
  for (int64_t point = begin; point < end; point++) {
    F(taps) taps[3];
    F(taps_of_point)(sampling, work->grid, point, taps);
    const REAL *dy = work->dy + point * channels;
    REAL slope[3] = {0};
    FOR_SAMPLES(sampling, point, taps) {
      const REAL *x =
          work->x + (ROW_OF_SAMPLE(sampling, point / points, taps) * sampling->in[2] + taps[2].index[c]) * channels;
      REAL product = 0;
      for (int64_t i = 0; i < channels; i++) product += dy[i] * x[i];
      slope[0] += product * taps[0].weight[a] * taps[1].weight[b] * taps[2].slope[c];
      slope[1] += product * taps[0].weight[a] * taps[1].slope[b] * taps[2].weight[c];
      slope[2] += product * taps[0].slope[a] * taps[1].weight[b] * taps[2].weight[c];
    }
    for (int64_t axis = 0; axis < sampling->axes; axis++) work->result[point * sampling->axes + axis] = slope[axis];
  }
}

#undef FOR_SAMPLES
#undef ROW_OF_SAMPLE

static int64_t F(point_count)(const ck_grid_sampling *sampling) {
  return sampling->batch * sampling->out[0] * sampling->out[1] * sampling->out[2];
}

#include "sampling/grid_sampling_lanes_template.h"

static void F(grid_sample)(const ck_grid_sampling *sampling, const REAL *x, const REAL *grid, REAL *y) {
  F(grid_work) work = {.sampling = sampling, .x = x, .grid = grid, .result = y};
  ck_parallel(
      F(point_count)(sampling), grain_elements / (sampling->channels + 8) + 1, &work,
      F(is_sampled_in_lanes)(sampling) ? F(sample_lanes_range) : F(grid_sample_range));
}

static void F(grid_sample_input_gradient)(
    const ck_grid_sampling *sampling, const REAL *dy, const REAL *grid, REAL *dx) {
  F(grid_work) work = {.sampling = sampling, .dy = dy, .grid = grid, .result = dx};
  int64_t length = sampling->in[2] * sampling->channels;
  ck_parallel(
      sampling->batch * sampling->in[0] * sampling->in[1], grain_elements / (length + 1) + 1, &work,
      F(input_gradient_range));
}

static void F(grid_sample_grid_gradient)(
    const ck_grid_sampling *sampling, const REAL *dy, const REAL *x, const REAL *grid, REAL *dgrid) {
  F(grid_work) work = {.sampling = sampling, .x = x, .dy = dy, .grid = grid, .result = dgrid};
  ck_parallel(
      F(point_count)(sampling), grain_elements / (sampling->channels + 8) + 1, &work, F(grid_gradient_range));
}
