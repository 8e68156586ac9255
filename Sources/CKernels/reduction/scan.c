// Walks along an axis, many lanes at once.
#include "ck_scan.h"

#include "lanes.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

#define TEMPLATE "reduction/scan_template.h"
#include "runtime/each_real.h"

bool ck_cumulative_sum(ck_type type, int64_t outer, int64_t axis, int64_t inner, bool reverse, const void *x, void *y) {
  RUN_REAL(type, cumulative_sum, outer, axis, inner, reverse, x, y);
}

bool ck_cumulative_product(
    ck_type type, int64_t outer, int64_t axis, int64_t inner, bool reverse, const void *x, void *y) {
  RUN_REAL(type, cumulative_product, outer, axis, inner, reverse, x, y);
}
