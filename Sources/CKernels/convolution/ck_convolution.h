#ifndef CK_CONVOLUTION_H
#define CK_CONVOLUTION_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

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

/// y = x ∗ w + bias (which may be NULL), then max(·, 0) where `relu`.
bool ck_convolution_forward(
    ck_type type, const ck_convolution *convolution, const void *x, const void *w, const void *bias, bool relu,
    void *y);
/// The gradient with respect to x; positions that no output reads get 0.
bool ck_convolution_input_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *w, void *dx);
/// The gradients with respect to the filter and the bias (dbias may be NULL).
bool ck_convolution_filter_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias);

/// The filter's gradient of float32 or bfloat16 where the processor has AVX-512 (and multiplies bfloat16), strides are 1, and channels come in
/// sixteens to outputs in eights: faster than oneDNN's. Otherwise false, nothing done.
bool ck_convolution_filter_gradient_direct(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias);

// As the functions without the suffix, of float32 or bfloat16 images, by Winograd's F(4×4, 3×3): a quarter of the
// multiplications of 3×3 taps, and errors two to five times as large. Where strides are 1, the processor has AVX-512, channels
// come in sixteens, and it pays: there are tiles of outputs enough, and neither they nor the taps, in 3×3, are half empty.
// Otherwise false, nothing done. What is no number spreads over its tiles.
bool ck_convolution_forward_winograd(
    ck_type type, const ck_convolution *convolution, const void *x, const void *w, const void *bias, bool relu,
    void *y);
bool ck_convolution_input_gradient_winograd(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *w, void *dx);
bool ck_convolution_filter_gradient_winograd(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias);

#endif
