#include "ck_sort.h"

#include <stddef.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
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
