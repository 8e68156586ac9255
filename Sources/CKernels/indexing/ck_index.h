#ifndef CK_INDEX_H
#define CK_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// Elements chosen and placed by indices, which are trusted. Element sizes are 1, 2, 4 or 8 bytes.

/// y[o, i, :] = x[o, indices[i], :] with x [outer, axis_size, inner], y [outer, count, inner].
void ck_gather_rows(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices,
    int64_t count, const void *x, void *y);
/// y[o, i, j] = x[o, indices[o, i, j], j] with x [outer, axis_size, inner], y [outer, count, inner].
void ck_gather_elements(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices,
    int64_t count, const void *x, void *y);

/// y[o, indices[i], :] = x[o, i, :], the last one of equal indices; y is [outer, axis_size, inner].
void ck_scatter_rows(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices,
    int64_t count, const void *x, void *y);
/// y[o, indices[o, i, j], j] = x[o, i, j], the last one of equal indices; y is [outer, axis_size, inner].
void ck_scatter_elements(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices,
    int64_t count, const void *x, void *y);

/// dx[o, indices[i], :] += dy[o, i, :], in the order of i
bool ck_scatter_add_rows(
    ck_type type, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const void *dy, void *dx);

/// dx[o, indices[o, i, j], j] += dy[o, i, j], in the order of i
bool ck_scatter_add_elements(
    ck_type type, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const void *dy, void *dx);

#endif
