#ifndef CK_GRID_SAMPLING_H
#define CK_GRID_SAMPLING_H

#include <stdint.h>

#include "runtime/ck_type.h"

// Samples taken where a grid says, over two or three axes (a missing time axis has size 1), channels last.
//   input  [batch, in[0], in[1], in[2], channels]
//   grid   [batch, out[0], out[1], out[2], axes], the coordinates in the order width, height, time
//   output [batch, out[0], out[1], out[2], channels]
typedef enum { ck_grid_nearest, ck_grid_linear, ck_grid_cubic } ck_grid_interpolation;

// What lies beyond the samples: zeros, the sample at the border, or the samples mirrored.
typedef enum { ck_grid_zeros, ck_grid_border, ck_grid_reflection } ck_grid_padding;

// What a coordinate means: −1 and 1 are the outer edges of the corner samples, or their centres; or a distance in
// samples from the output's own position.
typedef enum { ck_grid_edges, ck_grid_centres, ck_grid_displacement } ck_grid_coordinates;

typedef struct {
  int64_t batch, channels, axes;
  int64_t in[3], out[3];
  ck_grid_interpolation interpolation;
  ck_grid_padding padding;
  ck_grid_coordinates coordinates;
} ck_grid_sampling;

bool ck_grid_sample(ck_type type, const ck_grid_sampling *sampling, const void *x, const void *grid, void *y);
/// dx from dy; each sum in the order of the grid.
bool ck_grid_sample_input_gradient(
    ck_type type, const ck_grid_sampling *sampling, const void *dy, const void *grid, void *dx);
bool ck_grid_sample_grid_gradient(
    ck_type type, const ck_grid_sampling *sampling, const void *dy, const void *x, const void *grid, void *dgrid);

#endif
