#include "ck_normalization.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "runtime/bfloat16.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

// How rows are taken. Narrow rows are joined into wide ones, over which per-channel values are repeated, so
// that any number of channels fills whole vectors, a strip of them at a time. Sums within a block of rows are
// taken in the precision of x. Spans of blocks run in parallel.
typedef struct {
  int64_t width;        // elements of a wide row
  int64_t block, span;  // rows, both whole wide rows
  int64_t spans;
} layout;

enum { strip = 64, most_spans = 64, block_bytes = 32 << 10, least_block = 32, grain_elements = 1 << 14 };
enum { line_bytes = 64, fetched_ahead = 16 << 10 };

static layout lay_out(int64_t rows, int64_t channels, int64_t element_size) {
  if (channels <= 0) return (layout){.block = 1, .span = 1};
  int64_t joined = 1;
  while (channels < strip && (joined * channels < strip || joined * channels % 16)) joined *= 2;
  if (joined > rows) joined = rows > 0 ? rows : 1;
  int64_t block = block_bytes / (channels * element_size);
  if (block < least_block * joined) block = least_block * joined;
  block = (block + joined - 1) / joined * joined;
  int64_t blocks = (rows + block - 1) / block;
  int64_t span = block * ((blocks + most_spans - 1) / most_spans);
  return (layout){joined * channels, block, span, span > 0 ? (rows + span - 1) / span : 0};
}

// A sum of strided lanes: as exact as a plain one, and quick.
INLINE double lane_sum(int64_t count, const double *values) {
  double lanes[8] = {0}, sum = 0;
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int lane = 0; lane < 8; lane++) lanes[lane] += values[i + lane];
  for (; i < count; i++) sum += values[i];
  for (int lane = 0; lane < 8; lane++) sum += lanes[lane];
  return sum;
}

#define TEMPLATE "reduction/normalization_template.h"
#include "runtime/each_stored.h"
#define TEMPLATE "reduction/normalization_gradient_template.h"
#include "runtime/each_stored.h"
#define TEMPLATE "reduction/group_norm_template.h"
#include "runtime/each_real.h"

bool ck_batch_statistics(ck_type type, int64_t rows, int64_t channels, const void *x, void *mean, void *variance) {
  RUN_STORED(type, batch_statistics, rows, channels, x, mean, variance);
}

bool ck_normalization_coefficients(
    ck_type type, int64_t channels, const void *mean, const void *variance, double epsilon, const void *weight,
    const void *bias, void *inverse_deviation, void *scale, void *shift) {
  RUN_STORED(
      type, normalization_coefficients, channels, mean, variance, epsilon, weight, bias, inverse_deviation, scale, shift);
}

bool ck_channel_affine(
    ck_type type, int64_t rows, int64_t channels, const void *x, const void *scale, const void *shift, bool relu,
    void *y) {
  RUN_STORED(type, channel_affine, rows, channels, x, scale, shift, relu, y);
}

bool ck_batch_norm_gradient(
    ck_type type, int64_t rows, int64_t channels, const void *x, const void *dy, const void *mean,
    const void *inverse_deviation, const void *weight, const void *bias, bool relu, void *dx, void *dweight,
    void *dbias, double count, ck_add_sums add, void *others) {
  RUN_STORED(
      type, batch_norm_gradient, rows, channels, x, dy, mean, inverse_deviation, weight, bias, relu, dx, dweight, dbias,
      count, add, others);
}

bool ck_channel_affine_gradient(
    ck_type type, int64_t rows, int64_t channels, const void *x, const void *dy, const void *mean,
    const void *inverse_deviation, const void *weight, const void *bias, bool relu, void *dx, void *dweight,
    void *dbias) {
  RUN_STORED(
      type, channel_affine_gradient, rows, channels, x, dy, mean, inverse_deviation, weight, bias, relu, dx, dweight,
      dbias);
}

bool ck_group_norm(
    ck_type type, int64_t batch, int64_t positions, int64_t channels, int64_t groups, const void *x, const void *weight,
    const void *bias, double epsilon, void *y, void *mean, void *inverse_deviation) {
  RUN_REAL(type, group_norm, batch, positions, channels, groups, x, weight, bias, epsilon, y, mean, inverse_deviation);
}

bool ck_group_norm_gradient(
    ck_type type, int64_t batch, int64_t positions, int64_t channels, int64_t groups, const void *x, const void *dy,
    const void *weight, const void *mean, const void *inverse_deviation, void *dx, void *dweight, void *dbias) {
  RUN_REAL(
      type, group_norm_gradient, batch, positions, channels, groups, x, dy, weight, mean, inverse_deviation, dx, dweight,
      dbias);
}
