#ifndef CK_POOLING_H
#define CK_POOLING_H

#include <stdbool.h>
#include <stdint.h>

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

#define CK_POOLING_FUNCTIONS(real, suffix)                                                               \
  /* The maximum of each window; padding never wins, NaN does. `index` (NULL where not wanted) receives, \
     per output element, the flat spatial position of the maximum within its sample. */                  \
  void ck_max_pool_forward_##suffix(const ck_pooling *pooling, const real *x, real *y, int32_t *index);  \
  void ck_max_pool_backward_##suffix(const ck_pooling *pooling, const real *dy, const int32_t *index,    \
                                     real *dx);                                                          \
  void ck_average_pool_forward_##suffix(const ck_pooling *pooling, const real *x, real *y);              \
  void ck_average_pool_backward_##suffix(const ck_pooling *pooling, const real *dy, real *dx);

CK_POOLING_FUNCTIONS(float, f32)
CK_POOLING_FUNCTIONS(double, f64)
#undef CK_POOLING_FUNCTIONS
void ck_max_pool_forward_bf16(const ck_pooling *pooling, const uint16_t *x, uint16_t *y, int32_t *index);
void ck_max_pool_backward_bf16(const ck_pooling *pooling, const uint16_t *dy, const int32_t *index, uint16_t *dx);

#endif
