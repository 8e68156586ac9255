#include "ck_reduction.h"

#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "elementwise/math_f32.h"
#include "ordered.h"
#include "runtime/template.h"

// Accumulators side by side at most, and where short rows are folded; rows they take before joining the totals,
// elements of one segment.
enum { reduction_width = 512, folded_width = 128, rows_per_total = 32, segment_elements = 65536 };
// One CASE for each operation, each compiled for itself.
#define EACH_CASE                                                                                 \
  CASE(ck_reduction_sum) CASE(ck_reduction_product)                                               \
  CASE(ck_reduction_maximum) CASE(ck_reduction_minimum) CASE(ck_reduction_sum_of_squares)         \
  CASE(ck_reduction_sum_of_absolutes)

enum { short_length = 16, short_lanes = 64, long_length = 1024, reduction_grain = 65536 };

#define TEMPLATE "reduction/reduction_template.h"
#include "runtime/each_real.h"

bool ck_reduce(ck_type type, ck_reduction op, int64_t outer, int64_t reduce, int64_t inner, const void *x, void *y) {
  RUN_REAL(type, reduce, op, outer, reduce, inner, x, y);
}
