#ifndef CK_UPSAMPLE_H
#define CK_UPSAMPLE_H

#include <stdbool.h>
#include <stdint.h>

// Where there are fewer outputs than samples: linear and cubic read those next to each one's position, or, the latter with
// a = −0.5, as many more as the outputs are further apart; or an output is the mean of what it covers.
typedef enum ck_coverage { ck_coverage_next, ck_coverage_stretched, ck_coverage_area } ck_coverage;

// Resampling over three axes (time, height, width), up or down, channels last, by PyTorch's conventions.
//   input  [batch, in[0], in[1], in[2], channels]
//   output [batch, out[0], out[1], out[2], channels]
typedef struct {
  int64_t batch, channels;
  int64_t in[3], out[3];
  bool align_corners;  // linear and cubic: whether the centres of the corner samples coincide
  ck_coverage coverage;
  double scale[3];     // the scale factor asked for; 0 where the sizes give it
} ck_resampling;

#define CK_RESAMPLING(real, suffix)                                                                      \
  /* The sample at or below each position. */                                                            \
  void ck_resample_nearest_##suffix(const ck_resampling *resampling, const real *x, real *y);            \
  /* The sample whose centre is nearest. */                                                              \
  void ck_resample_nearest_exact_##suffix(const ck_resampling *resampling, const real *x, real *y);      \
  /* Linear, bilinear or trilinear: an axis whose sizes are equal is left alone. */                      \
  void ck_resample_linear_##suffix(const ck_resampling *resampling, const real *x, real *y);             \
  /* Cubic convolution (a = −0.75) over height and width; the time axes must be equal. */                \
  void ck_resample_cubic_##suffix(const ck_resampling *resampling, const real *x, real *y);              \
  /* The transposes: dx from dy, each sum in a fixed order. */                                           \
  void ck_resample_nearest_gradient_##suffix(const ck_resampling *resampling, const real *dy, real *dx); \
  void ck_resample_nearest_exact_gradient_##suffix(                                                      \
      const ck_resampling *resampling, const real *dy, real *dx);                                        \
  void ck_resample_linear_gradient_##suffix(const ck_resampling *resampling, const real *dy, real *dx);  \
  void ck_resample_cubic_gradient_##suffix(const ck_resampling *resampling, const real *dy, real *dx);

CK_RESAMPLING(float, f32)
CK_RESAMPLING(double, f64)
CK_RESAMPLING(uint16_t, bf16)
#undef CK_RESAMPLING

#endif
