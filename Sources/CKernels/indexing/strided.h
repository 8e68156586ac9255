// Two strided views of one shape, merged to as few axes as they allow and walked row by row.
#ifndef STRIDED_H
#define STRIDED_H

#include <stdint.h>

#include "elementwise/ck_elementwise.h"

typedef struct {
  int rank;  // at least 1
  int64_t sizes[ck_max_rank], x[ck_max_rank], y[ck_max_rank];
} strided_pair;

/// The place of one row (all axes but the last `skipped`) in both views.
typedef struct {
  int64_t index[ck_max_rank], x, y;
} strided_place;

static inline strided_pair strided_merge(
    int rank, const int64_t *sizes, const int64_t *x, const int64_t *y) {
  strided_pair pair = {0};
  for (int axis = 0; axis < rank; axis++) {
    int last = pair.rank - 1;
    if (sizes[axis] == 1) continue;
    if (last >= 0 && pair.x[last] == x[axis] * sizes[axis] && pair.y[last] == y[axis] * sizes[axis]) {
      pair.sizes[last] *= sizes[axis];
    } else {
      pair.sizes[++last] = sizes[axis];
      pair.rank = last + 1;
    }
    pair.x[last] = x[axis];
    pair.y[last] = y[axis];
  }
  if (pair.rank == 0) {
    pair.rank = 1;
    pair.sizes[0] = pair.x[0] = pair.y[0] = 1;
  }
  return pair;
}

static inline int64_t strided_count(const strided_pair *pair, int axes) {
  int64_t count = 1;
  for (int axis = 0; axis < axes; axis++) count *= pair->sizes[axis];
  return count;
}

static inline strided_place strided_start(const strided_pair *pair, int axes, int64_t row) {
  strided_place place = {{0}, 0, 0};
  for (int axis = axes - 1; axis >= 0; axis--) {
    place.index[axis] = row % pair->sizes[axis];
    row /= pair->sizes[axis];
    place.x += place.index[axis] * pair->x[axis];
    place.y += place.index[axis] * pair->y[axis];
  }
  return place;
}

static inline void strided_advance(const strided_pair *pair, int axes, strided_place *place) {
  for (int axis = axes - 1; axis >= 0; axis--) {
    place->x += pair->x[axis];
    place->y += pair->y[axis];
    if (++place->index[axis] < pair->sizes[axis]) return;
    place->x -= pair->sizes[axis] * pair->x[axis];
    place->y -= pair->sizes[axis] * pair->y[axis];
    place->index[axis] = 0;
  }
}

#endif
