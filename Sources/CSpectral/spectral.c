#include "ck_spectral.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
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

static int64_t tap_count(const ck_spectral *s) { return s->sizes[0] + s->sizes[1] + s->sizes[2]; }

// Rows are filtered in blocks, and blocks come in bands whose intermediate rows stay in the second-level cache.
enum { block_rows = 4, band_rows = 64 };

static int64_t blocks_of(int64_t rows) { return (rows + block_rows - 1) / block_rows; }

// Low frames still give each of a few threads a band.
static int64_t band_count(const ck_spectral *s) {
  int64_t whole = (s->height + band_rows - 1) / band_rows, low = (s->height + 15) / 16;
  return whole >= 4 ? whole : low < 4 ? low : 4;
}

// Pixels of a row that are followed together, in a register of AVX2's. Where loops over so few would be unrolled rather than
// vectorised, vectors are written out.
enum { lanes = 8 };
// Functions that return vectors are all inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define TEMPLATE "spectral_vector_template.h"
#include "runtime/each_real.h"

// So many links of each pixel are computed side by side: one alone is a chain of operations of which each waits for the one
// before, and a CPU doesn't look as far ahead as the next but one begins.
enum { abreast = 3 };

// The vectors x become 2^x, for x ≤ 0, to 2e-7 of it; what is below 2^-125 is that.
INLINE void small_powers_of_two_f32(vector_f32 *x) {
  static const float factors[] = {9.671512991e-03f, 5.550733581e-02f, 2.402224243e-01f, 6.931470037e-01f, 1.0f};
  vector_f32 shifted[abreast], p[abreast];
  for (int64_t j = 0; j < abreast; j++) x[j] = x[j] < -125.0f ? (vector_f32)-125.0f : x[j];
  for (int64_t j = 0; j < abreast; j++) shifted[j] = x[j] + rounder;
  for (int64_t j = 0; j < abreast; j++) x[j] -= shifted[j] - rounder;
  for (int64_t j = 0; j < abreast; j++) p[j] = 1.326472731e-03f;
  for (int64_t k = 0; k < 5; k++)
    for (int64_t j = 0; j < abreast; j++) p[j] = p[j] * x[j] + factors[k];
  // The nearest integer to x, in the low bits of `shifted`, on to the exponent.
  for (int64_t j = 0; j < abreast; j++) x[j] = (vector_f32)((bits_f32)p[j] + ((bits_f32)shifted[j] << 23));
}

INLINE void small_powers_of_two_f64(vector_f64 *x) {
  for (int64_t j = 0; j < abreast; j++)
    for (int64_t k = 0; k < lanes; k++) x[j][k] = exp2(x[j][k]);
}

// The neighbours of a pixel in space, to a multiple of those abreast.
static int64_t neighbour_count(const ck_spectral *s) {
  return (s->sizes[1] * s->sizes[2] + abreast - 1) / abreast * abreast;
}

// A series has so many terms at most; a range is found in so many pieces.
enum { most_terms = 32, most_pieces = 64 };

// The polynomial Σ factors[k]·τ^k that exp(bound·τ) is to an accuracy for τ in [−1, 1], from its expansion in Chebyshev's
// polynomials, I_0(bound) + 2 Σ I_k(bound)·T_k(τ); returns the number of terms.
static int64_t exponential_series(double bound, double accuracy, double *factors) {
  double polynomials[3][most_terms] = {{1}, {0, 1}};  // T_k−1, T_k, T_k+1, in turns
  double leading = 1;                                 // (bound/2)^k / k!
  for (int64_t k = 0; k < most_terms; k++) {
    double *polynomial = polynomials[k % 3], *next = polynomials[(k + 1) % 3], *before = polynomials[(k + 2) % 3];
    if (k > 0) leading *= bound / 2 / (double)k;
    double bessel = 0, term = leading;
    for (int64_t m = 1; m < 40; m++) {
      bessel += term;
      term *= bound * bound / 4 / (double)(m * (m + k));
    }
    if (k > 1 && 2 * bessel < accuracy) return k;
    factors[k] = 0;
    for (int64_t j = 0; j <= k; j++) factors[j] += (k == 0 ? 1 : 2) * bessel * polynomial[j];
    if (k == 0) continue;
    for (int64_t j = 0; j <= k + 1 && j < most_terms; j++)
      next[j] = (j > 0 ? 2 * polynomial[j - 1] : 0) - (j < k ? before[j] : 0);
  }
  return most_terms;
}

// Frames are looked at by tiles, where little of them changes.
enum { tile_height = 8, tile_width = 16, row_parts = 2 };

static int64_t tiles_down(const ck_spectral *s) { return (s->height + tile_height - 1) / tile_height; }
static int64_t tiles_across(const ck_spectral *s) { return (s->width + tile_width - 1) / tile_width; }
static int64_t tile_count(const ck_spectral *s) { return tiles_down(s) * tiles_across(s); }
static int64_t end_of_tile(const ck_spectral *s, int64_t tile) {
  return (tile + 1) * tile_width < s->width ? (tile + 1) * tile_width : s->width;
}

// As many frames as the kernel is long, and one that enters.
static int64_t ring_length(const ck_spectral *s) { return s->sizes[0] + 1; }

// The frames around frame t, within the kernel and the volume, from it.
static int64_t first_offset(const ck_spectral *s, int64_t t) { return t < s->sizes[0] / 2 ? -t : -(s->sizes[0] / 2); }
static int64_t last_offset(const ck_spectral *s, int64_t t) {
  return s->frames - 1 - t < s->sizes[0] / 2 ? s->frames - 1 - t : s->sizes[0] / 2;
}

// Tiles from the first to the last, none where they are crossed.
typedef struct {
  int16_t top, left, bottom, right;
} tile_box;

struct ck_spectral_walk {
  ck_type type;
  ck_spectral spectral;
  bool moves;
  ck_spectral_motion motion;
  void *planes, *rings;  // d and the features of all frames, with a border of zeros; and a step's frames
  tile_box *reach;       // which tiles each tile's pixels lie in, in each of the frames around: [pixels' tiles, time]
  size_t planes_bytes, rings_bytes, reach_bytes;
};

#define TEMPLATE "spectral_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_taylor_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_series_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_filter_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_bands_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_path_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_motion_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_links_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_exact_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_map_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_reach_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "spectral_walk_template.h"
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

static bool walk_make(ck_spectral_walk *walk, const void *d, const void *f) {
  RUN_REAL(walk->type, walk_make, walk, d, f);
}

ck_spectral_walk *ck_spectral_walk_make(
    ck_type type, const ck_spectral *spectral, const ck_spectral_motion *motion, const void *d, const void *f) {
  ck_spectral_walk *walk = calloc(1, sizeof *walk);
  walk->type = type;
  walk->spectral = *spectral;
  walk->moves = motion;
  if (motion) walk->motion = *motion;
  walk_make(walk, d, f);
  return walk;
}

bool ck_spectral_walk_step(ck_spectral_walk *walk, const void *x, void *y) {
  RUN_REAL(walk->type, walk_step, walk, x, y);
}

void ck_spectral_walk_free(ck_spectral_walk *walk) {
  ck_deallocate(walk->planes, walk->planes_bytes);
  ck_deallocate(walk->rings, walk->rings_bytes);
  ck_deallocate(walk->reach, walk->reach_bytes);
  free(walk);
}
