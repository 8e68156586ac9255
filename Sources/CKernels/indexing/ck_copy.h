#ifndef CK_COPY_H
#define CK_COPY_H

#include <stdint.h>

#include "runtime/ck_type.h"

// Moving elements. Strides count elements and may be negative or, for x, 0. Element sizes are 1, 2,
// 4 or 8 bytes.

void ck_copy_strided(
    int element_size, int rank, const int64_t *sizes, const void *x, const int64_t *x_strides,
    void *y, const int64_t *y_strides);

/// Rows of `joined` are those of the parts side by side, `widths` bytes each.
void ck_join(int64_t rows, int count, const int64_t *widths, const void *const *parts, void *joined);
/// The parts of such rows; NULL for those not wanted.
void ck_split(int64_t rows, int count, const int64_t *widths, const void *joined, void *const *parts);

/// y += x; no two places of y are the same element
bool ck_accumulate_strided(
    ck_type type, int rank, const int64_t *sizes, const void *x, const int64_t *x_strides, void *y,
    const int64_t *y_strides);

#endif
