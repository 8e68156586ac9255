// What the steps of the optical flow share.
#ifndef FLOW_H
#define FLOW_H

#include "runtime/ck_allocator.h"
#include "ck_flow.h"
#include "runtime/ck_parallel.h"
#include "runtime/template.h"

// An image of floats with a margin that repeats its edge, so that patches may reach over it.
enum { flow_margin = 16 };

typedef struct {
  int64_t width, height, pitch;
  float *pixels;  // of the top left corner, inside the margin
} flow_plane;

INLINE int64_t flow_bounded(int64_t i, int64_t count) { return i < 0 ? 0 : i < count ? i : count - 1; }
INLINE float flow_clamped(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

INLINE const float *flow_row(const flow_plane *plane, int64_t y) { return plane->pixels + y * plane->pitch; }

flow_plane flow_plane_make(int64_t width, int64_t height);
void flow_plane_free(flow_plane plane);
/// Repeats the edges into the margin.
void flow_plane_pad(flow_plane plane);

/// The displacements of one level, [height, width] each.
typedef struct {
  int64_t width, height;
  float *u, *v;
} flow_field;

/// Replaces the field by the weighted mean, at each pixel, of the patches found there; starts from the field.
void flow_search(const ck_flow_settings *settings, const flow_plane *first, const flow_plane *second,
                 flow_field field);
/// Replaces the field by one near it of less energy.
void flow_refine(const ck_flow_settings *settings, const flow_plane *first, const flow_plane *second,
                 flow_field field);

#endif
