#ifndef CK_POOLING_H
#define CK_POOLING_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// Poolings over one to three spatial axes, channels last, described like convolutions:
//   input  [batch, in[0], in[1], in[2], channels]
//   output [batch, out[0], out[1], out[2], channels]
typedef struct {
  int64_t batch, channels;
  int64_t in[3], out[3], kernel[3], stride[3], dilation[3];
  int64_t before[3], after[3];
  bool count_padding;           // average pooling: whether padded positions enter the divisor
  bool adaptive;                // windows that share the input out: output i reads [⌊i in / out⌋, ⌈(i + 1) in / out⌉);
                                // the kernel is then the largest of them
} ck_pooling;

/// The maximum of each window; padding never wins, NaN does. `index` (NULL where not wanted) receives, per output
/// element, the flat spatial position of the maximum within its sample.
bool ck_max_pool_forward(ck_type type, const ck_pooling *pooling, const void *x, void *y, int32_t *index);
bool ck_max_pool_backward(ck_type type, const ck_pooling *pooling, const void *dy, const int32_t *index, void *dx);
bool ck_average_pool_forward(ck_type type, const ck_pooling *pooling, const void *x, void *y);
bool ck_average_pool_backward(ck_type type, const ck_pooling *pooling, const void *dy, void *dx);

#endif
