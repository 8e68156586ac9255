#ifndef CK_RESAMPLING_H
#define CK_RESAMPLING_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

typedef enum ck_interpolation {
  ck_interpolation_nearest,        // the sample at or below each position
  ck_interpolation_nearest_exact,  // the sample whose centre is nearest
  ck_interpolation_linear,         // linear, bilinear or trilinear: an axis whose sizes are equal is left alone
  ck_interpolation_cubic,          // cubic convolution (a = −0.75) over height and width; the time axes must be equal
} ck_interpolation;

// Where there are fewer outputs than samples: linear and cubic read those next to each one's position, or, the latter with
// a = −0.5, as many more as the outputs are further apart; or an output is the mean of what it covers.
typedef enum ck_coverage { ck_coverage_next, ck_coverage_stretched, ck_coverage_area } ck_coverage;

// Resampling over three axes (time, height, width), up or down, channels last, by PyTorch's conventions.
//   input  [batch, in[0], in[1], in[2], channels]
//   output [batch, out[0], out[1], out[2], channels]
typedef struct {
  int64_t batch, channels;
  int64_t in[3], out[3];
  ck_interpolation interpolation;
  bool align_corners;  // linear and cubic: whether the centres of the corner samples coincide
  ck_coverage coverage;
  double scale[3];     // the scale factor asked for; 0 where the sizes give it
} ck_resampling;

bool ck_resample(ck_type type, const ck_resampling *resampling, const void *x, void *y);
/// The transpose: dx from dy, each sum in a fixed order.
bool ck_resample_gradient(ck_type type, const ck_resampling *resampling, const void *dy, void *dx);

#endif
