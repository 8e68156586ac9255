// Convolution without oneDNN: patches are gathered in tiles and multiplied by the filter. The input gradient
// is the same operation on the output gradient, with the filter's taps reversed and its channels swapped.
#include "ck_convolution.h"

#include <cblas.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "patches.h"

// Where the positions of a sampling lie in the destination: every spacing-th, from base on.
typedef struct {
  int64_t size[3], base[3], spacing[3];
} placement;

static inline int64_t place(const placement *placement, const cursor *cursor) {
  int64_t result = cursor->image;
  for (int axis = 0; axis < 3; axis++) {
    result = result * placement->size[axis] + placement->base[axis] + cursor->at[axis] * placement->spacing[axis];
  }
  return result;
}

static inline bool is_dense(const placement *placement) {
  return placement->spacing[0] == 1 && placement->spacing[1] == 1 && placement->spacing[2] == 1;
}

static inline int64_t greatest_common_divisor(int64_t a, int64_t b) { return b == 0 ? a : greatest_common_divisor(b, a % b); }

// Input positions at the same remainder of the stride are read through the same taps of the filter, and
// neighbours among them by neighbouring outputs: each such phase is a sampling of stride 1.
typedef struct {
  sampling sampling;
  placement placement;
  int64_t first_tap[3], tap_step[3];  // tap t stands for filter position first_tap + t * tap_step
} phase;

static phase phase_of_gradient(const ck_convolution *convolution, const int64_t remainder[3]) {
  phase result = {.sampling.batch = convolution->batch};
  for (int axis = 0; axis < 3; axis++) {
    int64_t stride = convolution->stride[axis], dilation = convolution->dilation[axis];
    int64_t base = remainder[axis], size = convolution->in[axis];
    int64_t divisor = greatest_common_divisor(stride, dilation);
    int64_t period = stride / divisor, first = -1, taps = 0;
    for (int64_t tap = 0; tap < convolution->kernel[axis]; tap++) {
      if ((base + convolution->before[axis] - tap * dilation) % stride != 0) continue;
      first = tap;  // the last one that fits: sources then ascend
      taps++;
    }
    result.sampling.source[axis] = convolution->out[axis];
    result.sampling.count[axis] = base < size ? (size - base + stride - 1) / stride : 0;
    result.sampling.taps[axis] = taps;
    result.sampling.step[axis] = 1;
    result.sampling.first[axis] = taps > 0 ? (base + convolution->before[axis] - first * dilation) / stride : 0;
    result.sampling.advance[axis] = dilation / divisor;
    result.placement.size[axis] = size;
    result.placement.base[axis] = base;
    result.placement.spacing[axis] = stride;
    result.first_tap[axis] = first;
    result.tap_step[axis] = -period;
  }
  return result;
}

#define TEMPLATE "convolution/patches_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "convolution/convolution_template.h"
#include "runtime/each_real.h"

bool ck_convolution_forward(
    ck_type type, const ck_convolution *convolution, const void *x, const void *w, const void *bias, bool relu,
    void *y) {
  RUN_REAL(type, convolution_forward, convolution, x, w, bias, relu, y);
}

bool ck_convolution_input_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *w, void *dx) {
  RUN_REAL(type, convolution_input_gradient, convolution, dy, w, dx);
}
