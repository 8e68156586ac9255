// The two steps of the optical flow on one level of the pyramid.
#ifndef FLOW_LEVEL_H
#define FLOW_LEVEL_H

#include "ck_flow.h"
#include "flow_plane.h"

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
