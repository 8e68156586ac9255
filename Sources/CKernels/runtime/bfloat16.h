// bfloat16 numbers: the upper half of a float32, eight bits of mantissa. Arithmetic is float32's: kernels widen what
// they read and round what they write.
#ifndef BFLOAT16_H
#define BFLOAT16_H

#include <stdint.h>
#include <string.h>

typedef uint16_t bfloat16;

static inline float bfloat16_widened(bfloat16 x) {
  uint32_t bits = (uint32_t)x << 16;
  float y;
  memcpy(&y, &bits, sizeof y);
  return y;
}

// To the nearest, ties to even. NaN stays one.
static inline bfloat16 bfloat16_rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (bfloat16)((bits & 0x7fffffff) > 0x7f800000 ? bits >> 16 | 0x40 : nearest);
}

/// The same for many elements.
void bfloat16_widen(int64_t count, const bfloat16 *x, float *y);
void bfloat16_round(int64_t count, const float *x, bfloat16 *y);

#endif
