// What the steps of the optical flow on one level of the pyramid share.
#ifndef FLOW_LEVEL_H
#define FLOW_LEVEL_H

#include "flow_plane.h"

enum { flow_most_sweeps = 4 };

/// Displacements.
typedef struct {
  flow_plane u, v;
} flow_field;

/// One flow on one level, while it is estimated.
typedef struct flow_level {
  const struct flow_level *coarser;  // whose flow this one's starts from
  const flow_plane *first, *second;
  const flow_plane *edges;    // how much smoothness counts at each pixel: less where the first image has an edge
  flow_field field;           // the flow so far
  flow_field spare[2];
  int64_t columns, rows;      // of patches
  float *patch_u, *patch_v;   // where they are found
  flow_plane mean, change;    // of the first image and the second, warped, half of it; half the second less the first
  flow_field warp, from, to;  // the flow it is warped by, and those before and after a system is solved
  int sweeps;                 // over that system
  float *result;              // [height, width, 2]
} flow_level;

/// Replaces the fields by the weighted mean, at each pixel, of the patches found there; starts from the fields.
void flow_search(flow_level *levels, int flows);
/// Replaces the fields by ones near them of less energy.
void flow_refine(flow_level *levels, int flows);

// The steps of these two. Each computes its rows, of pixels or of patches, from what the steps before it have left.
typedef void (*flow_step)(const flow_level *level, int64_t begin, int64_t end);
void flow_densify_rows(const flow_level *level, int64_t begin, int64_t end);
void flow_warp_rows(const flow_level *level, int64_t begin, int64_t end);
void flow_solve_rows(const flow_level *level, int64_t begin, int64_t end);
/// Takes a step for all `rows` of all the flows.
void flow_take(flow_step step, const flow_level *levels, int flows, int64_t rows, int64_t grain);

// A row of a patch. Functions that take or return one are inlined into others before these are into any that is
// compiled for several CPUs.
#pragma clang diagnostic ignored "-Wpsabi"
enum { flow_patch = 8, flow_patch_area = flow_patch * flow_patch, flow_stride = 5 };
typedef float flow_lanes __attribute__((vector_size(32)));
typedef float flow_lanes_anywhere __attribute__((vector_size(32), aligned(4)));

INLINE flow_lanes flow_load(const float *p) { return *(const flow_lanes_anywhere *)p; }
INLINE void flow_store(float *p, flow_lanes lanes) { *(flow_lanes_anywhere *)p = lanes; }

/// Where the i-th patch of a row or column begins: the last ends with the image, or covers more than it.
INLINE int64_t flow_patch_position(int64_t i, int64_t length) {
  int64_t last = length > flow_patch ? length - flow_patch : 0;
  return i * flow_stride < last ? i * flow_stride : last;
}

/// Rows of a patch of `plane` that lies between pixels, each interpolated along x, and how far down y is to the next.
typedef struct {
  const float *row;
  int64_t pitch;
  float across, down;
} flow_place;

INLINE flow_place flow_place_at(const flow_plane *plane, float x, float y) {
  x = flow_clamped(x, 1 - flow_margin, (float)(plane->width + flow_margin - flow_patch - 2));
  y = flow_clamped(y, 1 - flow_margin, (float)(plane->height + flow_margin - flow_patch - 2));
  float left = __builtin_floorf(x), top = __builtin_floorf(y);
  return (flow_place){flow_row(plane, (int64_t)top) + (int64_t)left, plane->pitch, x - left, y - top};
}

INLINE flow_lanes flow_row_at(const flow_place *place, int64_t i) {
  const float *row = place->row + i * place->pitch;
  flow_lanes left = flow_load(row);
  return left + place->across * (flow_load(row + 1) - left);
}

#endif
