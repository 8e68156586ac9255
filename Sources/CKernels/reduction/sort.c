#include "ck_sort.h"

#include <stddef.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

// Values are compared through unsigned keys in the same order: NaN above all, −0 with 0, complemented
// where the order is descending.

static uint32_t key_f32(float value, bool descending) {
  uint32_t bits;
  if (value == 0) value = 0;
  memcpy(&bits, &value, sizeof bits);
  bits = value != value ? UINT32_MAX : bits >> 31 ? ~bits : bits | (uint32_t)1 << 31;
  return descending ? ~bits : bits;
}

static uint64_t key_f64(double value, bool descending) {
  uint64_t bits;
  if (value == 0) value = 0;
  memcpy(&bits, &value, sizeof bits);
  bits = value != value ? UINT64_MAX : bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
  return descending ? ~bits : bits;
}

#define TEMPLATE "reduction/sort_template.h"
#include "runtime/each_real.h"

bool ck_sort(
    ck_type type, int64_t rows, int64_t columns, bool descending, const void *x, void *values, int32_t *permutation) {
  RUN_REAL(type, sort, rows, columns, descending, x, values, permutation);
}

bool ck_top_k(
    ck_type type, int64_t rows, int64_t columns, int64_t k, bool largest, const void *x, void *values,
    int32_t *indices) {
  RUN_REAL(type, top_k, rows, columns, k, largest, x, values, indices);
}

bool ck_lovasz_gradient(ck_type type, int64_t rows, int64_t columns, const void *truth_sorted, void *gradient) {
  RUN_REAL(type, lovasz_gradient, rows, columns, truth_sorted, gradient);
}
