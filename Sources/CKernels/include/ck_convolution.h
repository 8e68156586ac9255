#ifndef CK_CONVOLUTION_H
#define CK_CONVOLUTION_H

#include <stdbool.h>
#include <stdint.h>

// Convolutions and poolings over one to three spatial axes, channels last. Always described with three
// axes (time, height, width); missing leading ones have size 1.
//   input  [batch, in[0], in[1], in[2], in_channels]
//   filter [kernel[0], kernel[1], kernel[2], in_channels / groups, out_channels]
//   output [batch, out[0], out[1], out[2], out_channels]
typedef struct {
  int64_t batch, in_channels, out_channels, groups;
  int64_t in[3], out[3], kernel[3], stride[3], dilation[3];
  int64_t before[3], after[3];  // zero padding at each end
} ck_convolution;

typedef struct {
  int64_t batch, channels;
  int64_t in[3], out[3], kernel[3], stride[3], dilation[3];
  int64_t before[3], after[3];
  bool count_padding;           // average pooling: whether padded positions enter the divisor
} ck_pooling;

#endif
