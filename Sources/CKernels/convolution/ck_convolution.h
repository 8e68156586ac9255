#ifndef CK_CONVOLUTION_H
#define CK_CONVOLUTION_H

#include <stdbool.h>
#include <stdint.h>

// Convolutions over one to three spatial axes, channels last. Always described with three axes (time,
// height, width); missing leading ones have size 1.
//   input  [batch, in[0], in[1], in[2], in_channels]
//   filter [kernel[0], kernel[1], kernel[2], in_channels / groups, out_channels]
//   output [batch, out[0], out[1], out[2], out_channels]
// The output channels of one group are neighbours.
typedef struct {
  int64_t batch, in_channels, out_channels, groups;
  int64_t in[3], out[3], kernel[3], stride[3], dilation[3];
  int64_t before[3], after[3];  // zero padding at each end
} ck_convolution;

#define CK_CONVOLUTION_FUNCTIONS(real, suffix)                                                           \
  /* y = x ∗ w + bias (which may be NULL), then max(·, 0) where `relu`. */                               \
  void ck_convolution_forward_##suffix(const ck_convolution *convolution, const real *x, const real *w,  \
                                       const real *bias, bool relu, real *y);                            \
  /* The gradient with respect to x; positions that no output reads get 0. */                            \
  void ck_convolution_input_gradient_##suffix(const ck_convolution *convolution, const real *dy,         \
                                              const real *w, real *dx);                                  \
  /* The gradients with respect to the filter and the bias (dbias may be NULL). */                       \
  void ck_convolution_filter_gradient_##suffix(const ck_convolution *convolution, const real *dy,        \
                                               const real *x, real *dw, real *dbias);

CK_CONVOLUTION_FUNCTIONS(float, f32)
CK_CONVOLUTION_FUNCTIONS(double, f64)
#undef CK_CONVOLUTION_FUNCTIONS

/// The filter's gradient where the processor has AVX-512 (and multiplies bfloat16), strides are 1, and channels come in
/// sixteens to outputs in eights: faster than oneDNN's. Otherwise false, nothing done.
bool ck_convolution_filter_gradient_direct_f32(
    const ck_convolution *convolution, const float *dy, const float *x, float *dw, float *dbias);
bool ck_convolution_filter_gradient_direct_bf16(
    const ck_convolution *convolution, const uint16_t *dy, const uint16_t *x, float *dw, float *dbias);

#endif
