// What Winograd's F(4×4, 3×3) is to a convolution and to its filter's gradient (Lavin & Gray 2016, of the points 0, ±1, ±2
// and ∞). A tile of 4×4 outputs is A'[(G g G') ⊙ (B' d B)]A, summed over the input channels, d being the 6×6 inputs that
// it reads: 36 products where the definition has 144. The filter's gradient is G'[(A y A') ⊙ (B' d B)]G, summed over the
// tiles, y being the gradients of the tile's outputs. Of many tiles, either sum is a matrix product at each of 36 points.
#ifndef CONVOLUTION_WINOGRAD_H
#define CONVOLUTION_WINOGRAD_H

#include "ck_convolution.h"

#include "runtime/ck_parallel.h"

#if defined(__x86_64__) && !defined(CK_ONE_CPU)
#define HAS_WINOGRAD 1

#include "runtime/bfloat16.h"
#include "runtime/template.h"

// Below `least_tiles` the transformed filter, of four times the filter's size, takes longer than it spares.
enum { lanes = 16, tile = 4, patch = 6, taps = 3, points = patch * patch, least_tiles = 32 };

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define TARGET_INLINE TARGET INLINE

typedef float vector __attribute__((vector_size(64)));
typedef float unaligned_vector __attribute__((vector_size(64), aligned(4)));
typedef uint32_t words __attribute__((vector_size(64)));
typedef uint16_t halves __attribute__((vector_size(32), aligned(2)));

// A convolution's images, and the tiles of its outputs. A filter is a sum of parts of 3×3 taps, each moved: one that reads
// as many channels more.
typedef struct {
  int64_t channels, outputs;
  int64_t in[3], out[3], kernel[3], before[3];
  int64_t part_rows, part_columns, parts;
  int64_t inputs;              // channels of all parts
  int64_t rows, columns;       // of tiles, in an image
  int64_t tiles;               // of all images
} winograd;

// Of a convolution, or of the one that its input gradient is. False where strides aren't 1 or channels don't come in
// sixteens, where the processor has no AVX-512, and where it wouldn't pay.
static inline bool winograd_plan(winograd *plan, const ck_convolution *it, bool is_turned) {
  for (int axis = 0; axis < 3; axis++) {
    if (it->stride[axis] != 1 || it->dilation[axis] != 1) return false;
    plan->kernel[axis] = it->kernel[axis];
    plan->in[axis] = is_turned ? it->out[axis] : it->in[axis];
    plan->out[axis] = is_turned ? it->in[axis] : it->out[axis];
    plan->before[axis] = is_turned ? it->kernel[axis] - 1 - it->before[axis] : it->before[axis];
  }
  if (it->groups != 1 || it->in_channels % lanes != 0 || it->out_channels % lanes != 0) return false;
  plan->channels = is_turned ? it->out_channels : it->in_channels;
  plan->outputs = is_turned ? it->in_channels : it->out_channels;
  plan->part_rows = (plan->kernel[1] + taps - 1) / taps;
  plan->part_columns = (plan->kernel[2] + taps - 1) / taps;
  plan->parts = plan->kernel[0] * plan->part_rows * plan->part_columns;
  plan->inputs = plan->parts * plan->channels;
  plan->rows = (plan->out[1] + tile - 1) / tile;
  plan->columns = (plan->out[2] + tile - 1) / tile;
  plan->tiles = it->batch * plan->out[0] * plan->rows * plan->columns;
  // Half of a tile's outputs, or of the products, may be spared for nothing.
  int64_t products = plan->out[1] * plan->out[2] * plan->kernel[1] * plan->kernel[2];
  bool pays = plan->tiles >= least_tiles
      && products >= 2 * points * plan->rows * plan->columns * plan->part_rows * plan->part_columns;
  return pays && plan->inputs > 0 && plan->outputs > 0 && __builtin_cpu_supports("x86-64-v4");
}

// Where a tile stands: its image, and its first output.
typedef struct {
  int64_t image, frame, row, column;
} winograd_place;

INLINE winograd_place winograd_place_of(const winograd *plan, int64_t index) {
  int64_t row = index / plan->columns, frame = row / plan->rows;
  return (winograd_place){
      frame / plan->out[0], frame % plan->out[0], row % plan->rows * tile, index % plan->columns * tile};
}

// The first tap of a part.
typedef struct {
  int64_t frame, row, column;
} winograd_part;

INLINE winograd_part winograd_part_of(const winograd *plan, int64_t part) {
  int64_t row = part / plan->part_columns;
  return (winograd_part){
      row / plan->part_rows, row % plan->part_rows * taps, part % plan->part_columns * taps};
}

// B'd
TARGET_INLINE void transform_input(const vector d[patch], vector y[patch]) {
  const vector a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = d[3] - d[1];
  y[0] = 4 * d[0] - 5 * d[2] + d[4];
  y[1] = a + b;
  y[2] = a - b;
  y[3] = c + 2 * e;
  y[4] = c - 2 * e;
  y[5] = 4 * d[1] - 5 * d[3] + d[5];
}

TARGET_INLINE vector load_f32(const float *from) { return *(const unaligned_vector *)from; }
TARGET_INLINE void store_f32(float *to, vector value) { *(unaligned_vector *)to = value; }

TARGET_INLINE vector load_bf16(const bfloat16 *from) {
  return (vector)(__builtin_convertvector(*(const halves *)from, words) << 16);
}
// As `bfloat16_rounded`.
TARGET_INLINE void store_bf16(bfloat16 *to, vector value) {
  const words bits = (words)value, is_number = (words)(value == value);
  const words nearest = bits + 0x7fff + (bits >> 16 & 1), kept = bits | 0x400000;
  *(halves *)to = __builtin_convertvector(((nearest & is_number) | (kept & ~is_number)) >> 16, halves);
}

#define SUFFIX f32
#define STORED float
#include "convolution/convolution_winograd_patch.h"
#undef SUFFIX
#undef STORED
#define SUFFIX bf16
#define STORED bfloat16
#include "convolution/convolution_winograd_patch.h"
#undef SUFFIX
#undef STORED

#endif
#endif
