#include "ck_image.h"
#include "runtime/ck_parallel.h"
#include "runtime/template.h"

#include <math.h>
#include <string.h>

enum { lab_block = 64 };

// CIE's cube root, with a straight line near black; to 3e-7.
INLINE float lab_root(float t) {
  int32_t bits;
  memcpy(&bits, &t, sizeof bits);
  bits = bits / 3 + 0x2a512400;  // a third of the exponent
  float root;
  memcpy(&root, &bits, sizeof root);
  // Halley's steps.
  for (int step = 0; step < 2; step++) {
    float cube = root * root * root;
    root *= (cube + 2 * t) / (2 * cube + t);
  }
  return t > 216.0f / 24389 ? root : 841.0f / 108 * t + 4.0f / 29;
}

typedef struct {
  const uint8_t *source;
  float *destination;
  float light[256];  // linear, of sRGB's levels
} lab_conversion;

CK_CLONES static void convert_to_lab(void *context, int64_t first, int64_t end) {
  const lab_conversion *work = context;
  const float *light = work->light;
  for (int64_t begin = first; begin < end; begin += lab_block) {
    int64_t block = end - begin < lab_block ? end - begin : lab_block;
    float r[lab_block], g[lab_block], b[lab_block];
    for (int64_t i = 0; i < block; i++) {
      const uint8_t *pixel = work->source + 3 * (begin + i);
      r[i] = light[pixel[0]];
      g[i] = light[pixel[1]];
      b[i] = light[pixel[2]];
    }
    float *restrict lab = work->destination + 3 * begin;
    VECTORISED
    for (int64_t i = 0; i < block; i++) {
      // To XYZ by the primaries of sRGB (IEC 61966-2-1), each relative to white.
      float x = lab_root((0.412456f * r[i] + 0.357576f * g[i] + 0.180438f * b[i]) / 0.95047f);
      float y = lab_root(0.212673f * r[i] + 0.715152f * g[i] + 0.072175f * b[i]);
      float z = lab_root((0.019334f * r[i] + 0.119192f * g[i] + 0.950304f * b[i]) / 1.08883f);
      lab[3 * i] = 1.16f * y - 0.16f;
      lab[3 * i + 1] = 5 * (x - y);
      lab[3 * i + 2] = 2 * (y - z);
    }
  }
}

void ck_image_lab_u8(const uint8_t *source, float *destination, int64_t count) {
  lab_conversion work = {.source = source, .destination = destination};
  for (int level = 0; level < 256; level++) {
    double value = level / 255.0;
    work.light[level] = (float)(value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4));
  }
  ck_parallel(count, 1 << 14, &work, convert_to_lab);
}
