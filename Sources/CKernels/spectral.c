#include "ck_spectral.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "ck_allocator.h"
#include "ck_parallel.h"
#include "template.h"

#define INLINE static inline __attribute__((always_inline))

void ck_spectral_taps(int64_t size, double *taps) {
  double sigma = (double)(size - 1) / 4, sum = 0;
  for (int64_t i = 0; i < size; i++) {
    double distance = (double)(i - size / 2);
    taps[i] = size == 1 ? 1 : exp(-0.5 * (distance / sigma) * (distance / sigma));
    sum += taps[i];
  }
  for (int64_t i = 0; i < size; i++) taps[i] /= sum;
}

// A volume is cut into bands of rows, each followed through all its frames: the rows of the frames that one
// filter spans then stay in the second-level cache, at the price of a halo of rows filtered twice.
enum { band_rows = 32 };

#define REAL float
#define SUFFIX f32
#include "spectral_template.h"
#undef REAL
#undef SUFFIX

#define REAL double
#define SUFFIX f64
#include "spectral_template.h"
