#ifndef CK_SCAN_H
#define CK_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// What the elements of x up to each one come to, along the middle axis of [outer, axis, inner], from its end where
// `reverse`.

bool ck_cumulative_sum(ck_type type, int64_t outer, int64_t axis, int64_t inner, bool reverse, const void *x, void *y);
bool ck_cumulative_product(
    ck_type type, int64_t outer, int64_t axis, int64_t inner, bool reverse, const void *x, void *y);

#endif
