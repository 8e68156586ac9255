// Poolings. Forward, every output position visits its window; backward, every input position visits the
// windows that cover it, so that each thread writes a part of the result of its own.
#include "ck_pooling.h"

#include <math.h>
#include <string.h>

#include "runtime/bfloat16.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"

// Rows of the last axis that are worth a thread: about 16 thousand elements.
static int64_t grain(int64_t row_elements) { return 1 + (1 << 14) / (row_elements > 0 ? row_elements : 1); }

// The taps [low, high) of a window that read the input, or the input and its padding.
typedef struct {
  int64_t first, low, high, counted;
} span;

static inline int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }

// The number of taps of a window beginning at `first` that lie before `limit`.
static inline int64_t taps_before(int64_t limit, int64_t first, int64_t dilation, int64_t kernel) {
  return limit <= first ? 0 : minimum((limit - first + dilation - 1) / dilation, kernel);
}

static inline span span_of(const ck_pooling *pooling, int axis, int64_t out) {
  if (pooling->adaptive) {
    int64_t first = out * pooling->in[axis] / pooling->out[axis];
    int64_t last = ((out + 1) * pooling->in[axis] + pooling->out[axis] - 1) / pooling->out[axis];
    return (span){.first = first, .high = last - first, .counted = last - first};
  }
  int64_t first = out * pooling->stride[axis] - pooling->before[axis];
  int64_t dilation = pooling->dilation[axis], kernel = pooling->kernel[axis], in = pooling->in[axis];
  span result = {.first = first};
  result.low = taps_before(0, first, dilation, kernel);
  result.high = taps_before(in, first, dilation, kernel);
  result.counted = pooling->count_padding ? taps_before(in + pooling->after[axis], first, dilation, kernel)
                                          : result.high - result.low;
  return result;
}

// The outputs that read an input coordinate along one axis, in `outputs[begin[i] ..< begin[i + 1]]`,
// and the number of taps of each output that count in a mean.
typedef struct {
  int64_t *begin, *outputs, *sizes;
  size_t bytes;
} cover;

static cover make_cover(const ck_pooling *pooling, int axis) {
  int64_t in = pooling->in[axis], kernel = pooling->kernel[axis];
  cover result = {.bytes = (size_t)(in + 1 + pooling->out[axis] * (kernel + 1)) * sizeof(int64_t)};
  result.begin = ck_allocate(result.bytes);
  result.outputs = result.begin + in + 1;
  result.sizes = result.outputs + pooling->out[axis] * kernel;
  for (int64_t out = 0; out < pooling->out[axis]; out++) result.sizes[out] = span_of(pooling, axis, out).counted;
  // Outputs ordered by the inputs they read: counted, then entered behind those of the inputs before.
  memset(result.begin, 0, (size_t)(in + 1) * sizeof(int64_t));
  for (int64_t out = 0; out < pooling->out[axis]; out++) {
    span span = span_of(pooling, axis, out);
    for (int64_t tap = span.low; tap < span.high; tap++) result.begin[span.first + tap * pooling->dilation[axis] + 1]++;
  }
  for (int64_t i = 0; i < in; i++) result.begin[i + 1] += result.begin[i];
  for (int64_t out = 0; out < pooling->out[axis]; out++) {
    span span = span_of(pooling, axis, out);
    for (int64_t tap = span.low; tap < span.high; tap++) {
      result.outputs[result.begin[span.first + tap * pooling->dilation[axis]]++] = out;
    }
  }
  // Each beginning has moved to the next one's place.
  for (int64_t i = in; i > 0; i--) result.begin[i] = result.begin[i - 1];
  result.begin[0] = 0;
  return result;
}

static void release_cover(cover cover) { ck_deallocate(cover.begin, cover.bytes); }

#define TEMPLATE "convolution/pooling_template.h"
#include "runtime/each_stored.h"
#define TEMPLATE "convolution/average_pooling_template.h"
#include "runtime/each_real.h"

bool ck_max_pool_forward(ck_type type, const ck_pooling *pooling, const void *x, void *y, int32_t *index) {
  RUN_STORED(type, max_pool_forward, pooling, x, y, index);
}

bool ck_max_pool_backward(ck_type type, const ck_pooling *pooling, const void *dy, const int32_t *index, void *dx) {
  RUN_STORED(type, max_pool_backward, pooling, dy, index, dx);
}

bool ck_average_pool_forward(ck_type type, const ck_pooling *pooling, const void *x, void *y) {
  RUN_REAL(type, average_pool_forward, pooling, x, y);
}

bool ck_average_pool_backward(ck_type type, const ck_pooling *pooling, const void *dy, void *dx) {
  RUN_REAL(type, average_pool_backward, pooling, dy, dx);
}
