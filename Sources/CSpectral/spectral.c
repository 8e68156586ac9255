#include "ck_spectral.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "elementwise/math_f32.h"
#include "runtime/template.h"

void ck_spectral_taps(int64_t size, double *taps) {
  double sigma = (double)(size - 1) / 4, sum = 0;
  for (int64_t i = 0; i < size; i++) {
    double distance = (double)(i - size / 2);
    taps[i] = size == 1 ? 1 : exp(-0.5 * (distance / sigma) * (distance / sigma));
    sum += taps[i];
  }
  for (int64_t i = 0; i < size; i++) taps[i] /= sum;
}

// Rows are filtered in blocks, and blocks come in bands whose intermediate rows stay in the second-level cache.
enum { block_rows = 4, band_rows = 64 };

static int64_t blocks_of(int64_t rows) { return (rows + block_rows - 1) / block_rows; }

// Low frames still give each of a few threads a band.
static int64_t band_count(const ck_spectral *s) {
  int64_t whole = (s->height + band_rows - 1) / band_rows, low = (s->height + 15) / 16;
  return whole >= 4 ? whole : low < 4 ? low : 4;
}

#define TEMPLATE "spectral_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_taylor_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_motion_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_exact_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_exact_motion_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "flow_agreement_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_run_template.h"
#include "runtime/each_real.h"

bool ck_flow_agreement(
    ck_type type, int64_t frames, int64_t height, int64_t width, double tolerance, const void *flow, const void *back,
    void *agreement) {
  RUN_REAL(type, flow_agreement, frames, height, width, tolerance, flow, back, agreement);
}

bool ck_spectral_product(
    ck_type type, const ck_spectral *spectral, const ck_spectral_motion *motion, const void *x, const void *d,
    const void *f, void *y) {
  RUN_REAL(type, spectral_product, spectral, motion, x, d, f, y);
}

bool ck_spectral_gradient(
    ck_type type, const ck_spectral *spectral, const ck_spectral_motion *motion, const void *x, const void *d,
    const void *f, const void *dy, void *dx, void *dd, void *df) {
  RUN_REAL(type, spectral_gradient, spectral, motion, x, d, f, dy, dx, dd, df);
}
