// An image of floats with a margin that repeats its edge, so that patches may reach over it.
#ifndef FLOW_PLANE_H
#define FLOW_PLANE_H

#include <stdint.h>

#include "runtime/template.h"

enum { flow_margin = 16 };

typedef struct {
  int64_t width, height, pitch;
  float *pixels;  // of the top left corner, inside the margin; aligned, as all rows are
} flow_plane;

INLINE int64_t flow_bounded(int64_t i, int64_t count) { return i < 0 ? 0 : i < count ? i : count - 1; }
INLINE float flow_clamped(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

INLINE float *flow_row(const flow_plane *plane, int64_t y) { return plane->pixels + y * plane->pitch; }

flow_plane flow_plane_make(int64_t width, int64_t height);
void flow_plane_free(flow_plane plane);
/// The grey levels of an image [height, width].
flow_plane flow_plane_of(const uint8_t *pixels, int64_t width, int64_t height);
/// Half the size, rounded up: filtered with (1 3 3 1)/8 along both axes, so that pixel x lies at 2x + ½ of the finer.
flow_plane flow_plane_halved(flow_plane fine);

#endif
