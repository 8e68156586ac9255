#ifndef CK_GRID_SAMPLING_H
#define CK_GRID_SAMPLING_H

#include <stdint.h>

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

#define CK_GRID_SAMPLING_FUNCTIONS(real, suffix)                                                         \
  void ck_grid_sample_##suffix(const ck_grid_sampling *sampling, const real *x, const real *grid,        \
                               real *y);                                                                 \
  /* dx from dy; each sum in the order of the grid. */                                                   \
  void ck_grid_sample_input_gradient_##suffix(const ck_grid_sampling *sampling, const real *dy,          \
                                              const real *grid, real *dx);                               \
  void ck_grid_sample_grid_gradient_##suffix(const ck_grid_sampling *sampling, const real *dy,           \
                                             const real *x, const real *grid, real *dgrid);

CK_GRID_SAMPLING_FUNCTIONS(float, f32)
CK_GRID_SAMPLING_FUNCTIONS(double, f64)
#undef CK_GRID_SAMPLING_FUNCTIONS

#endif
