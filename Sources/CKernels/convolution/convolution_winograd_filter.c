// The filter's gradient of convolutions of stride 1 by Winograd's products, for AVX-512. Tiles are summed in a number of
// groups that the shape alone decides, so that no result depends on the threads.
#include "convolution_winograd.h"

#ifdef HAS_WINOGRAD

#include "runtime/ck_allocator.h"

// A share of the work is some channels of a part, for a group of tiles. Of these a chunk, transformed, fits the
// second-level cache.
enum { most_groups = 16, tiles_of_group = 64, most_sum_bytes = 4 << 20, share_channels = 64, chunk_bytes = 256 << 10 };

typedef struct {
  winograd plan;
  int64_t groups;                 // of tiles
  int64_t slices, shares;         // of a part's channels; of all inputs
  int64_t chunk;                  // tiles at a time
  const void *x, *dy;
  float *sums, *bias_sums;        // [groups, points, inputs, outputs]; [groups, outputs]
  float *dw, *dbias;              // dbias NULL where not wanted
} filter_work;

// A y
TARGET_INLINE void transform_gradient(const vector y[tile], vector m[patch]) {
  const vector even = y[0] + y[2], odd = y[1] + y[3], wide_even = y[0] + 4 * y[2], wide_odd = 2 * y[1] + 8 * y[3];
  m[0] = y[0];
  m[1] = even + odd;
  m[2] = even - odd;
  m[3] = wide_even + wide_odd;
  m[4] = wide_even - wide_odd;
  m[5] = y[3];
}

// G'm
TARGET_INLINE void transform_sums(const vector m[patch], vector g[taps]) {
  const vector even = m[1] + m[2], odd = m[1] - m[2], wide_even = m[3] + m[4], wide_odd = m[3] - m[4];
  g[0] = m[0] * 0.25f - even * (1 / 6.0f) + wide_even * (1 / 24.0f);
  g[1] = wide_odd * (1 / 12.0f) - odd * (1 / 6.0f);
  g[2] = wide_even * (1 / 6.0f) - even * (1 / 6.0f) + m[5];
}

// At one point, the products of x [tiles, inputs] and y [tiles, outputs] summed over the tiles, to rows `apart`.
TARGET static void add_products(
    int64_t tiles, int64_t inputs, int64_t outputs, const float *x, const float *y, bool is_first, float *sums) {
  for (int64_t input = 0; input < inputs; input += lanes) {
    for (int64_t output = 0; output < outputs; output += lanes) {
      const float *from = x + input, *by = y + output;
      float *to = sums + input * outputs + output;
      vector sum[lanes] = {0};
      for (int64_t i = 0; i < tiles; i++, from += inputs, by += outputs) {
        for (int lane = 0; lane < lanes; lane++) sum[lane] += from[lane] * *(const vector *)by;
      }
      for (int lane = 0; lane < lanes; lane++, to += outputs) {
        *(vector *)to = is_first ? sum[lane] : *(const vector *)to + sum[lane];
      }
    }
  }
}

// At the point 1, 1 the transformed gradients are their tiles' sums.
TARGET static void add_bias(int64_t tiles, int64_t outputs, const float *y, bool is_first, float *sums) {
  for (int64_t output = 0; output < outputs; output += lanes) {
    vector sum = is_first ? (vector){0} : *(const vector *)(sums + output);
    for (int64_t i = 0; i < tiles; i++) sum += *(const vector *)(y + i * outputs + output);
    *(vector *)(sums + output) = sum;
  }
}

#define SUFFIX f32
#define STORED float
#include "convolution/convolution_winograd_filter_template.h"
#undef SUFFIX
#undef STORED
#define SUFFIX bf16
#define STORED bfloat16
#include "convolution/convolution_winograd_filter_template.h"

// The groups' sums at some inputs and outputs, as vectors.
TARGET static void finish_filter(void *context, int64_t begin, int64_t end) {
  const filter_work *work = context;
  const winograd *plan = &work->plan;
  int64_t count = plan->inputs * plan->outputs, part_count = plan->channels * plan->outputs;
  for (int64_t index = begin * lanes; index < end * lanes; index += lanes) {
    vector half[taps][patch], m[patch], result[taps];
    for (int column = 0; column < patch; column++) {
      for (int row = 0; row < patch; row++) {
        m[row] = (vector){0};
        for (int64_t group = 0; group < work->groups; group++) {
          m[row] += *(const vector *)(work->sums + (group * points + row * patch + column) * count + index);
        }
      }
      transform_sums(m, result);
      for (int row = 0; row < taps; row++) half[row][column] = result[row];
    }
    winograd_part at = winograd_part_of(plan, index / part_count);
    for (int row = 0; row < taps && at.row + row < plan->kernel[1]; row++) {
      transform_sums(half[row], result);
      for (int column = 0; column < taps && at.column + column < plan->kernel[2]; column++) {
        int64_t tap = (at.frame * plan->kernel[1] + at.row + row) * plan->kernel[2] + at.column + column;
        store_f32(work->dw + tap * part_count + index % part_count, result[column]);
      }
    }
  }
}

bool ck_convolution_filter_gradient_winograd(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias) {
  filter_work work = {.x = x, .dy = dy, .dw = dw, .dbias = dbias};
  if ((type != ck_type_f32 && type != ck_type_bf16) || !winograd_plan(&work.plan, convolution, false)) return false;
  int64_t inputs = work.plan.inputs, outputs = work.plan.outputs, sum_count = points * inputs * outputs;
  work.groups = 1 + work.plan.tiles / tiles_of_group;
  int64_t most = 1 + most_sum_bytes / (sum_count * (int64_t)sizeof(float));
  if (work.groups > most) work.groups = most;
  if (work.groups > most_groups) work.groups = most_groups;
  work.slices = (work.plan.channels + share_channels - 1) / share_channels;
  work.shares = work.plan.parts * work.slices;
  int64_t share = work.plan.channels < share_channels ? work.plan.channels : share_channels;
  work.chunk = 1 + chunk_bytes / (points * (share + outputs) * (int64_t)sizeof(float));
  size_t bytes = (size_t)(work.groups * (sum_count + outputs)) * sizeof(float);
  work.sums = ck_allocate(bytes);
  work.bias_sums = work.sums + work.groups * sum_count;
  ck_parallel(work.groups * work.shares, 1, &work, type == ck_type_f32 ? add_shares_f32 : add_shares_bf16);
  ck_parallel(inputs * outputs / lanes, 64, &work, finish_filter);
  for (int64_t output = 0; dbias && output < outputs; output++) {
    float sum = 0;
    for (int64_t group = 0; group < work.groups; group++) sum += work.bias_sums[group * outputs + output];
    work.dbias[output] = sum;
  }
  ck_deallocate(work.sums, bytes);
  return true;
}

#else

bool ck_convolution_filter_gradient_winograd(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias) {
  (void)type, (void)convolution, (void)dy, (void)x, (void)dw, (void)dbias;
  return false;
}

#endif
