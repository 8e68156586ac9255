// The gradient of a filter of stride 1, for AVX-512: dw[t, c, o] = Σ x[w + t, c] · dy[w, o] over all positions w, whose
// terms are taken where they stand in memory, row by row.
//
// A tile of three vectors of 16 input channels (of neighbouring taps, if there are several) by 8 outputs stays in
// registers over some rows: a step loads the three, and multiplies them by each of dy's eight. Rows are packed into
// panels of 16 and of 8 channels first, x with its padding. A chunk of rows fits the second-level cache. Chunks are
// summed in a fixed number of groups, so that no result depends on the threads.
#include "ck_convolution.h"

#include "runtime/ck_parallel.h"

#if defined(__x86_64__) && !defined(CK_ONE_CPU)

#include <string.h>

#include "runtime/bfloat16.h"
#include "runtime/ck_allocator.h"
#include "runtime/template.h"

enum { lanes = 16, outputs = 8, most_vectors = 3, most_groups = 16, chunk_bytes = 1 << 20, most_sum_bytes = 64 << 20 };

typedef float vector __attribute__((vector_size(64)));
typedef float unaligned_vector __attribute__((vector_size(64), aligned(4)));

// What one convolution comes to.
typedef struct {
  const ck_convolution *convolution;
  int64_t steps;               // of a row of dy
  int64_t padded, places;      // columns of a padded row of x, and steps they are packed as
  int64_t blocks, out_blocks;  // of 16 channels of x, and of 8 of dy
  int64_t vectors;             // kernel columns × blocks
  int64_t rows, chunks, groups;
  int64_t sum_count;           // floats of a group's sums: [kernel rows, out_blocks, vectors, outputs, lanes]
  const void *x, *dy;
  float *sums, *bias_sums;     // [groups, sum_count]; [groups, out_channels], NULL where not wanted
  float *dw;
} filter_work;

static int64_t rounded_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// Whether the convolution is one that this file knows. A filter of one tap is better taken for a matrix.
static bool plan_filter(filter_work *w, const ck_convolution *it, int64_t per_step, int64_t element_size) {
  for (int axis = 0; axis < 3; axis++) {
    if (it->stride[axis] != 1 || it->out[axis] == 0) return false;
  }
  if (it->batch == 0 || it->groups != 1 || it->in_channels % lanes != 0 || it->out_channels % outputs != 0
      || it->kernel[0] * it->kernel[1] * it->kernel[2] == 1) {
    return false;
  }
  w->convolution = it;
  w->steps = rounded_up(it->out[2], per_step) / per_step;
  w->padded = it->out[2] + (it->kernel[2] - 1) * it->dilation[2];
  w->places = rounded_up(w->padded, per_step) / per_step + 1;
  w->blocks = it->in_channels / lanes;
  w->out_blocks = it->out_channels / outputs;
  w->vectors = it->kernel[2] * w->blocks;
  int64_t row_bytes = element_size * (w->padded * it->in_channels * per_step + it->out[2] * it->out_channels);
  w->rows = chunk_bytes / row_bytes + 1;
  if (w->rows > it->out[1]) w->rows = it->out[1];
  w->chunks = (it->out[1] + w->rows - 1) / w->rows * it->batch * it->out[0];
  w->sum_count = it->kernel[0] * it->kernel[1] * it->out_channels * w->vectors * lanes;
  w->groups = 1 + most_sum_bytes / (1 + w->sum_count * (int64_t)sizeof(float));
  if (w->groups > most_groups) w->groups = most_groups;
  if (w->groups > w->chunks) w->groups = w->chunks;
  return w->sum_count > 0;
}

// Adds each group's sums, [out_blocks, vectors, outputs, lanes] per kernel row, to dw's [kernel columns, channels, O].
static void add_groups(void *context, int64_t begin, int64_t end) {
  const filter_work *w = context;
  const ck_convolution *it = w->convolution;
  int64_t columns = it->kernel[2];
  for (int64_t index = begin; index < end; index++) {
    int64_t row = index / (w->out_blocks * w->vectors), rest = index % (w->out_blocks * w->vectors);
    int64_t out_block = rest / w->vectors, vector_index = rest % w->vectors;
    int64_t block = vector_index / columns, tap = vector_index % columns;
    float tile[outputs * lanes] = {0};
    for (int64_t group = 0; group < w->groups; group++) {
      const float *sum = w->sums + group * w->sum_count + index * outputs * lanes;
      for (int i = 0; i < outputs * lanes; i++) tile[i] += sum[i];
    }
    float *dw = w->dw + ((row * columns + tap) * it->in_channels + block * lanes) * it->out_channels + out_block * outputs;
    for (int lane = 0; lane < lanes; lane++) {
      for (int output = 0; output < outputs; output++) {
        dw[lane * it->out_channels + output] = tile[output * lanes + lane];
      }
    }
  }
}

static bool run_filter(filter_work *w, ck_body body, float *dw, float *dbias) {
  int64_t channels = w->convolution->out_channels;
  size_t bytes = (size_t)(w->groups * (w->sum_count + channels)) * sizeof(float);
  w->sums = ck_allocate(bytes);
  w->bias_sums = dbias ? w->sums + w->groups * w->sum_count : NULL;
  w->dw = dw;
  if (dbias) memset(w->bias_sums, 0, (size_t)(w->groups * channels) * sizeof(float));
  ck_parallel(w->groups, 1, w, body);
  ck_parallel(w->sum_count / (outputs * lanes), 256, w, add_groups);
  if (dbias) memset(dbias, 0, (size_t)channels * sizeof(float));
  for (int64_t group = 0; dbias && group < w->groups; group++) {
    for (int64_t c = 0; c < channels; c++) dbias[c] += w->bias_sums[group * channels + c];
  }
  ck_deallocate(w->sums, bytes);
  return true;
}

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define SUFFIX f32
#define STORED float
#define PER_STEP 1
#define PANELS 1
#define LOAD(value) (value)
#define MULTIPLY_ADD(sum, x, dy) ((sum) + (x) * *(dy))
#define PACK(count, columns, channel, to) memcpy(to, (columns)[0] + (channel), (count) * sizeof(float))
#include "convolution/convolution_filter_direct_template.h"
#undef TARGET
#undef SUFFIX
#undef STORED
#undef PER_STEP
#undef PANELS
#undef LOAD
#undef MULTIPLY_ADD
#undef PACK

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define SUFFIX bf16
#define STORED bfloat16
#define PER_STEP 2
#define PANELS 2
#define LOAD(value) bfloat16_widened(value)
typedef __bf16 pairs __attribute__((vector_size(64)));
typedef int32_t words __attribute__((vector_size(64)));
#define MULTIPLY_ADD(sum, x, dy) \
  __builtin_ia32_dpbf16ps_512(sum, (pairs)(x), (pairs)((words){0} + *(const int32_t *)(dy)))
typedef bfloat16 eight __attribute__((vector_size(16), aligned(2)));
typedef bfloat16 sixteen __attribute__((vector_size(32), aligned(2)));
#define PACK(count, columns, channel, to)                                                     \
  for (int c = 0; c < (count); c += 8) {                                                      \
    const eight a = *(const eight *)((columns)[0] + (channel) + c);                           \
    const eight b = *(const eight *)((columns)[1] + (channel) + c);                           \
    *(sixteen *)((to) + 2 * c) =                                                              \
        __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);  \
  }
#include "convolution/convolution_filter_direct_template.h"

bool ck_convolution_filter_gradient_direct(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias) {
  filter_work work = {.x = x, .dy = dy};
  if (type == ck_type_f32 && __builtin_cpu_supports("x86-64-v4")) {
    return plan_filter(&work, convolution, 1, sizeof(float)) && run_filter(&work, add_chunks_f32, dw, dbias);
  }
  return type == ck_type_bf16 && __builtin_cpu_supports("avx512bf16")
      && plan_filter(&work, convolution, 2, sizeof(bfloat16)) && run_filter(&work, add_chunks_bf16, dw, dbias);
}

#else

bool ck_convolution_filter_gradient_direct(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias) {
  (void)type, (void)convolution, (void)dy, (void)x, (void)dw, (void)dbias;
  return false;
}

#endif
