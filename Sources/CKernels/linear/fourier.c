// Fourier transforms of any length: Stockham's mixed-radix algorithm, and Bluestein's for lengths with a large prime
// factor. Several transforms go side by side, real and imaginary parts apart, so that every loop runs over neighbours.
#include "ck_fourier.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

enum { fourier_lanes = 16, fourier_largest_radix = 31, fourier_stages = 64 };

// The prime factors of n, fours taken together, largest radices last; returns their number, 0 where one is too large.
static int radices_of(int64_t n, int *radices) {
  int count = 0;
  for (; n % 4 == 0; n /= 4) radices[count++] = 4;
  for (int radix = 2; radix <= fourier_largest_radix; radix++) {
    for (; n % radix == 0; n /= radix) radices[count++] = radix;
  }
  return n == 1 ? count : 0;
}

#define TEMPLATE "linear/fourier_template.h"
#include "runtime/each_real.h"

bool ck_fourier(
    ck_type type, int64_t outer, int64_t n, int64_t inner, bool inverse, double scale, const void *x, void *y) {
  RUN_REAL(type, fourier, outer, n, inner, inverse, scale, x, y);
}
