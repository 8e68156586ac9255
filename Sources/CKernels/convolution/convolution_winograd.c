// Convolutions of stride 1 by Winograd's products, for AVX-512, and their input gradients, which are convolutions with the
// filter turned round and its channels swapped.
#include "convolution_winograd.h"

#ifdef HAS_WINOGRAD

#include <string.h>

#include "runtime/ck_allocator.h"

// A matrix product takes 12 tiles and 32 outputs at a time; a chunk's transformed inputs leave room in the second-level
// cache.
enum { rows_at_once = 12, columns_at_once = 32, chunk_bytes = 128 << 10 };

typedef struct {
  winograd plan;
  bool is_turned, relu;
  int64_t chunk;               // tiles at a time
  const float *w, *bias;
  float *filter;               // transformed: [outputs / 32, points, inputs, 32 or the last 16]
  const void *x;
  void *y;
} winograd_work;

// A'm
TARGET_INLINE void transform_output(const vector m[patch], vector y[tile]) {
  const vector s = m[1] + m[2], u = m[1] - m[2], v = m[3] + m[4], w = m[3] - m[4];
  y[0] = m[0] + s + v;
  y[1] = u + 2 * w;
  y[2] = s + 4 * v;
  y[3] = u + 8 * w + m[5];
}

// G g
TARGET_INLINE void transform_filter(const vector g[taps], vector y[patch]) {
  const vector even = (g[0] + g[2]) * (-1 / 6.0f), odd = g[1] * (-1 / 6.0f);
  const vector wide = g[0] * (1 / 24.0f) + g[2] * (1 / 6.0f), middle = g[1] * (1 / 12.0f);
  y[0] = g[0] * 0.25f;
  y[1] = even + odd;
  y[2] = even - odd;
  y[3] = wide + middle;
  y[4] = wide - middle;
  y[5] = g[2];
}

// Sixteen outputs of one channel at a tap, zeros beyond the kernel.
TARGET_INLINE vector filter_at(
    const winograd_work *work, int64_t frame, int64_t row, int64_t column, int64_t channel, int64_t output) {
  const winograd *plan = &work->plan;
  const int64_t *kernel = plan->kernel, channels = plan->channels, outputs = plan->outputs;
  if (row >= kernel[1] || column >= kernel[2]) return (vector){0};
  int64_t tap = (frame * kernel[1] + row) * kernel[2] + column;
  if (!work->is_turned) return load_f32(work->w + (tap * channels + channel) * outputs + output);
  int64_t turned = kernel[0] * kernel[1] * kernel[2] - 1 - tap;
  const float *from = work->w + (turned * outputs + output) * channels + channel;
  vector result;
  for (int lane = 0; lane < lanes; lane++) result[lane] = from[lane * channels];
  return result;
}

TARGET static void transform_filters(void *context, int64_t begin, int64_t end) {
  const winograd_work *work = context;
  int64_t inputs = work->plan.inputs, outputs = work->plan.outputs, vectors = outputs / lanes;
  for (int64_t index = begin; index < end; index++) {
    int64_t input = index / vectors, channel = input % work->plan.channels, output = index % vectors * lanes;
    winograd_part at = winograd_part_of(&work->plan, input / work->plan.channels);
    vector half[patch][taps], result[patch];
    for (int column = 0; column < taps; column++) {
      vector g[taps];
      for (int row = 0; row < taps; row++) {
        g[row] = filter_at(work, at.frame, at.row + row, at.column + column, channel, output);
      }
      transform_filter(g, result);
      for (int row = 0; row < patch; row++) half[row][column] = result[row];
    }
    int64_t group = output / columns_at_once * columns_at_once;
    int64_t wide = outputs - group < columns_at_once ? outputs - group : columns_at_once;
    float *to = work->filter + group * points * inputs + input * wide + output - group;
    for (int row = 0; row < patch; row++) {
      transform_filter(half[row], result);
      for (int column = 0; column < patch; column++, to += inputs * wide) *(vector *)to = result[column];
    }
  }
}

// For 12 tiles at one point, all inputs times 16 or 32 outputs.
TARGET_INLINE void multiply(
    int vectors, int64_t inputs, const float *restrict x, const float *restrict w, float *restrict y) {
  vector sum[rows_at_once][2] = {0};
  for (int64_t input = 0; input < inputs; input++, w += vectors * lanes) {
    for (int row = 0; row < rows_at_once; row++) {
      for (int i = 0; i < vectors; i++) sum[row][i] += x[row * inputs + input] * *(const vector *)(w + i * lanes);
    }
  }
  for (int row = 0; row < rows_at_once; row++) {
    for (int i = 0; i < vectors; i++) *(vector *)(y + (row * vectors + i) * lanes) = sum[row][i];
  }
}

// A chunk's tiles at one point by a group of outputs.
TARGET static void multiply_chunk(
    int64_t tiles, int64_t inputs, int64_t wide, const float *x, const float *w, float *y) {
  for (int64_t first = 0; first < tiles; first += rows_at_once) {
    if (wide == 2 * lanes) multiply(2, inputs, x + first * inputs, w, y + first * wide);
    else multiply(1, inputs, x + first * inputs, w, y + first * wide);
  }
}

#define SUFFIX f32
#define STORED float
#include "convolution/convolution_winograd_template.h"
#undef SUFFIX
#undef STORED
#define SUFFIX bf16
#define STORED bfloat16
#include "convolution/convolution_winograd_template.h"

static bool run(ck_type type, winograd_work *work, const ck_convolution *it) {
  if ((type != ck_type_f32 && type != ck_type_bf16) || !winograd_plan(&work->plan, it, work->is_turned)) return false;
  int64_t tiles = work->plan.tiles, inputs = work->plan.inputs, outputs = work->plan.outputs;
  // As many chunks for each thread.
  int64_t most = 1 + chunk_bytes / (points * inputs * (int64_t)sizeof(float)), threads = ck_thread_count();
  int64_t rounds = (tiles + threads * most - 1) / (threads * most);
  work->chunk = (tiles + threads * rounds - 1) / (threads * rounds);
  work->chunk = (work->chunk + rows_at_once - 1) / rows_at_once * rows_at_once;
  size_t bytes = (size_t)(points * inputs * outputs) * sizeof(float);
  work->filter = ck_allocate(bytes);
  ck_parallel(inputs * outputs / lanes, 256, work, transform_filters);
  ck_parallel(
      (tiles + work->chunk - 1) / work->chunk, 1, work, type == ck_type_f32 ? convolve_chunks_f32 : convolve_chunks_bf16);
  ck_deallocate(work->filter, bytes);
  return true;
}

bool ck_convolution_forward_winograd(
    ck_type type, const ck_convolution *convolution, const void *x, const void *w, const void *bias, bool relu, void *y) {
  winograd_work work = {.w = w, .bias = bias, .relu = relu, .x = x, .y = y};
  return run(type, &work, convolution);
}

bool ck_convolution_input_gradient_winograd(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *w, void *dx) {
  winograd_work work = {.is_turned = true, .w = w, .x = dy, .y = dx};
  return run(type, &work, convolution);
}

#else

bool ck_convolution_forward_winograd(
    ck_type type, const ck_convolution *convolution, const void *x, const void *w, const void *bias, bool relu, void *y) {
  (void)type, (void)convolution, (void)x, (void)w, (void)bias, (void)relu, (void)y;
  return false;
}

bool ck_convolution_input_gradient_winograd(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *w, void *dx) {
  (void)type, (void)convolution, (void)dy, (void)w, (void)dx;
  return false;
}

#endif
