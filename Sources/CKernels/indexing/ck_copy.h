#ifndef CK_COPY_H
#define CK_COPY_H

#include <stdint.h>

// Moving elements. Strides count elements and may be negative or, for x, 0. Element sizes are 1, 2,
// 4 or 8 bytes. Indices are trusted.

typedef enum ck_type {
  ck_type_f32, ck_type_f64, ck_type_i32, ck_type_u8, ck_type_bool, ck_type_bf16,
} ck_type;

void ck_copy_strided(
    int element_size, int rank, const int64_t *sizes, const void *x, const int64_t *x_strides,
    void *y, const int64_t *y_strides);

/// Rows of `joined` are those of the parts side by side, `widths` bytes each.
void ck_join(int64_t rows, int count, const int64_t *widths, const void *const *parts, void *joined);
/// The parts of such rows; NULL for those not wanted.
void ck_split(int64_t rows, int count, const int64_t *widths, const void *joined, void *const *parts);

/// Fractions are cut off, what is out of range becomes the nearest bound, NaN becomes 0; anything
/// but 0 is true.
void ck_cast(ck_type from, ck_type to, int64_t count, const void *x, void *y);

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

#define CK_COPY(real, suffix)                                                                   \
  /* y += x; no two places of y are the same element */                                         \
  void ck_accumulate_strided_##suffix(                                                          \
      int rank, const int64_t *sizes, const real *x, const int64_t *x_strides, real *y,         \
      const int64_t *y_strides);                                                                \
  /* dx[o, indices[i], :] += dy[o, i, :], in the order of i */                                  \
  void ck_scatter_add_rows_##suffix(                                                            \
      int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,   \
      const real *dy, real *dx);                                                                \
  /* dx[o, indices[o, i, j], j] += dy[o, i, j], in the order of i */                            \
  void ck_scatter_add_elements_##suffix(                                                        \
      int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,   \
      const real *dy, real *dx);

CK_COPY(float, f32)
CK_COPY(double, f64)
#undef CK_COPY

#endif
