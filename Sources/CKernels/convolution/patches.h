// How the taps of a window reach from one grid of positions into another. A convolution samples its input
// around every output position; its input gradient samples the output gradient around every input position.
#ifndef PATCHES_H
#define PATCHES_H

#include "ck_convolution.h"

// Along each axis, tap t at position p reads source position p * step + first + t * advance, or zero where
// that lies outside [0, source).
typedef struct {
  int64_t batch, source[3], count[3], taps[3], step[3], first[3], advance[3];
} sampling;

static inline int64_t product3(const int64_t values[3]) { return values[0] * values[1] * values[2]; }

static inline sampling sampling_of_input(const ck_convolution *convolution) {
  sampling result = {.batch = convolution->batch};
  for (int axis = 0; axis < 3; axis++) {
    result.source[axis] = convolution->in[axis];
    result.count[axis] = convolution->out[axis];
    result.taps[axis] = convolution->kernel[axis];
    result.step[axis] = convolution->stride[axis];
    result.first[axis] = -convolution->before[axis];
    result.advance[axis] = convolution->dilation[axis];
  }
  return result;
}

static inline int64_t position_count(const sampling *sampling) {
  return sampling->batch * product3(sampling->count);
}

static inline int64_t tap_count(const sampling *sampling) { return product3(sampling->taps); }

// Whether position p reads exactly source position p: the source is then its own matrix of patches.
static inline bool is_pointwise(const sampling *sampling) {
  for (int axis = 0; axis < 3; axis++) {
    if (sampling->taps[axis] != 1 || sampling->step[axis] != 1 || sampling->first[axis] != 0
        || sampling->source[axis] != sampling->count[axis]) {
      return false;
    }
  }
  return true;
}

// A position (image, and one coordinate per axis) that is advanced along the grid.
typedef struct {
  int64_t image, at[3];
} cursor;

static inline cursor cursor_at(const int64_t count[3], int64_t position) {
  cursor result;
  for (int axis = 2; axis >= 0; axis--) {
    result.at[axis] = position % count[axis];
    position /= count[axis];
  }
  result.image = position;
  return result;
}

static inline void cursor_advance(cursor *cursor, const int64_t count[3]) {
  for (int axis = 2; axis >= 0; axis--) {
    if (++cursor->at[axis] < count[axis]) return;
    cursor->at[axis] = 0;
  }
  cursor->image++;
}

// The rows of one tile: enough for a matrix product to run at full speed, few enough for the patches to stay
// in the cache and for every thread to find work. Depends on shapes only, so that results do not depend on
// the number of threads.
static inline int64_t tile_rows(int64_t positions, int64_t row_bytes) {
  int64_t rows = (row_bytes > 0 ? (1 << 20) / row_bytes : 4096);
  int64_t share = (positions + 15) / 16;
  if (rows > share) rows = share;
  if (rows < 128) rows = 128;
  if (rows > 4096) rows = 4096;
  return rows;
}

#endif
