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

// The convolution's images, and the tiles of its outputs.
typedef struct {
  int64_t inputs, outputs;     // channels
  int64_t height, width, out_height, out_width;
  int64_t top, left;           // padding
  int64_t rows, columns;       // of tiles, in an image
  int64_t tiles;               // of all images
} winograd;

// Of a convolution, or of the one that its input gradient is. False where it is none of 3×3 and stride 1 on channels in
// sixteens, where the processor has no AVX-512, and where it wouldn't pay.
static inline bool winograd_plan(winograd *plan, const ck_convolution *it, bool is_turned) {
  for (int axis = 0; axis < 3; axis++) {
    bool is_flat = it->kernel[axis] == 1 && it->before[axis] == 0 && it->after[axis] == 0;
    if (it->stride[axis] != 1 || it->dilation[axis] != 1 || (axis == 0 ? !is_flat : it->kernel[axis] != taps)) return false;
  }
  if (it->groups != 1 || it->in_channels % lanes != 0 || it->out_channels % lanes != 0) return false;
  const int64_t *in = is_turned ? it->out : it->in, *out = is_turned ? it->in : it->out;
  plan->inputs = is_turned ? it->out_channels : it->in_channels;
  plan->outputs = is_turned ? it->in_channels : it->out_channels;
  plan->height = in[1];
  plan->width = in[2];
  plan->out_height = out[1];
  plan->out_width = out[2];
  plan->top = is_turned ? taps - 1 - it->before[1] : it->before[1];
  plan->left = is_turned ? taps - 1 - it->before[2] : it->before[2];
  plan->rows = (out[1] + tile - 1) / tile;
  plan->columns = (out[2] + tile - 1) / tile;
  plan->tiles = it->batch * in[0] * plan->rows * plan->columns;
  bool pays = plan->tiles >= least_tiles && 2 * out[1] * out[2] >= plan->rows * plan->columns * tile * tile;
  return pays && plan->inputs > 0 && plan->outputs > 0 && __builtin_cpu_supports("x86-64-v4");
}

// Where a tile stands: its image, and its first output.
typedef struct {
  int64_t image, row, column;
} winograd_place;

INLINE winograd_place winograd_place_of(const winograd *plan, int64_t index) {
  int64_t row = index / plan->columns;
  return (winograd_place){row / plan->rows, row % plan->rows * tile, index % plan->columns * tile};
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
