#include "ck_spectral.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
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
