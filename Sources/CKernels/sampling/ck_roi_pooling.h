#ifndef CK_ROI_POOLING_H
#define CK_ROI_POOLING_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// RoI pooling: the mean of the bilinear surface through the samples over each bin of a box.
//   precise  by its exact integral, the surface zero outside (Jiang et al. 2018)
//   aligned  at `points` places along each axis of a bin, or one per sample that it covers where that is 0; the surface
//            goes on for one sample beyond the borders (He et al. 2017)
//   input  [batch, height, width, channels]
//   boxes  [boxes, 5]: sample, left, top, right, bottom, times `scale` in positions of samples
//   output [boxes, out_height, out_width, channels]; 0 where a box has no area, NaN where it
//          is not finite
typedef struct {
  int64_t batch, height, width, channels, boxes, out_height, out_width;
  double scale;
  bool precise;
  // Of aligned pooling: the places along each axis of a bin, and whether the centre of the first sample is (0.5, 0.5).
  int64_t points;
  bool half_pixel;
} ck_roi_pooling;

bool ck_roi_pool(ck_type type, const ck_roi_pooling *pooling, const void *x, const void *boxes, void *y);
/// dx from dy; each sum in the order of the boxes.
bool ck_roi_pool_input_gradient(
    ck_type type, const ck_roi_pooling *pooling, const void *dy, const void *boxes, void *dx);
/// Of precise pooling only.
bool ck_roi_pool_box_gradient(
    ck_type type, const ck_roi_pooling *pooling, const void *dy, const void *x, const void *boxes, void *dboxes);

#endif
