#include "ck_copy.h"

#include <string.h>

#include "elementwise/ck_elementwise.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "strided.h"
#include "runtime/template.h"

enum { tile = 32, copy_grain = 32768 };

typedef struct {
  int element_size;
  strided_pair pair;
  const char *x;
  char *y;
} copy_work;

#define COPY_ROWS(type)                                                                    \
  for (int64_t row = begin; row < end; row++) {                                            \
    const type *x = (const type *)w->x + place.x;                                          \
    type *y = (type *)w->y + place.y;                                                      \
    if (x_stride == 1 && y_stride == 1) {                                                  \
      for (int64_t i = 0; i < count; i++) y[i] = x[i];                                     \
    } else if (x_stride == 0 && y_stride == 1) {                                           \
      const type value = *x;                                                               \
      for (int64_t i = 0; i < count; i++) y[i] = value;                                    \
    } else {                                                                               \
      for (int64_t i = 0; i < count; i++) y[i * y_stride] = x[i * x_stride];               \
    }                                                                                      \
    strided_advance(pair, last, &place);                                                   \
  }

static CK_CLONES void copy_rows(void *context, int64_t begin, int64_t end) {
  const copy_work *w = context;
  const strided_pair *pair = &w->pair;
  int last = pair->rank - 1;
  int64_t count = pair->sizes[last], x_stride = pair->x[last], y_stride = pair->y[last];
  strided_place place = strided_start(pair, last, begin);
  if (w->element_size == 4) COPY_ROWS(uint32_t)
  else if (w->element_size == 8) COPY_ROWS(uint64_t)
  else if (w->element_size == 2) COPY_ROWS(uint16_t)
  else COPY_ROWS(uint8_t)
}

// Rows [top, bottom) and columns [left, right) of a transposition.
#define TRANSPOSE(type, top, bottom, left, right)                                          \
  for (int64_t i = top; i < bottom; i++) {                                                 \
    for (int64_t j = left; j < right; j++) {                                               \
      ((type *)y)[i * y_row + j] = ((const type *)x)[i + j * x_column];                    \
    }                                                                                      \
  }

typedef uint32_t eight __attribute__((vector_size(32)));

// An 8 by 8 block in registers: neighbours are exchanged at distances 4, 2 and 1.
static inline __attribute__((always_inline)) void transpose_eight(
    const uint32_t *x, int64_t x_column, uint32_t *y, int64_t y_row) {
  eight v[8], w[8];
  for (int i = 0; i < 8; i++) memcpy(&v[i], x + i * x_column, sizeof(eight));
  for (int i = 0; i < 4; i++) {
    w[i] = __builtin_shufflevector(v[i], v[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    w[i + 4] = __builtin_shufflevector(v[i], v[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  for (int i = 0; i < 8; i += i % 4 == 1 ? 3 : 1) {
    v[i] = __builtin_shufflevector(w[i], w[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    v[i + 2] = __builtin_shufflevector(w[i], w[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (int i = 0; i < 8; i += 2) {
    w[i] = __builtin_shufflevector(v[i], v[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    w[i + 1] = __builtin_shufflevector(v[i], v[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i++) memcpy(y + i * y_row, &w[i], sizeof(eight));
}

// A strip of at most `tile` rows; x runs down the columns, y along the rows.
static CK_CLONES void transpose_strip(
    int size, int64_t rows, int64_t columns, const char *x, int64_t x_column, char *y,
    int64_t y_row) {
  for (int64_t left = 0; left < columns; left += tile) {
    int64_t right = columns - left < tile ? columns : left + tile;
    if (size == 8) {
      TRANSPOSE(uint64_t, 0, rows, left, right)
    } else if (size == 2) {
      TRANSPOSE(uint16_t, 0, rows, left, right)
    } else if (size == 1) {
      TRANSPOSE(uint8_t, 0, rows, left, right)
    } else {
      int64_t down = rows / 8, along = (right - left) / 8, blocks = down * along;
      for (int64_t block = 0; block < blocks; block++) {
        // The side with the longer stride changes last: its lines would evict one another.
        int by_rows = y_row > x_column;
        int64_t i = 8 * (by_rows ? block / along : block % down);
        int64_t j = left + 8 * (by_rows ? block % along : block / down);
        transpose_eight(
            (const uint32_t *)x + i + j * x_column, x_column, (uint32_t *)y + i * y_row + j, y_row);
      }
      TRANSPOSE(uint32_t, 0, 8 * down, left + 8 * along, right)
      TRANSPOSE(uint32_t, 8 * down, rows, left, right)
    }
  }
}

static void copy_strips(void *context, int64_t begin, int64_t end) {
  const copy_work *w = context;
  const strided_pair *pair = &w->pair;
  int row_axis = pair->rank - 2, size = w->element_size;
  int64_t rows = pair->sizes[row_axis], strips = (rows + tile - 1) / tile;
  for (int64_t index = begin; index < end; index++) {
    strided_place place = strided_start(pair, row_axis, index / strips);
    int64_t first = index % strips * tile, count = rows - first < tile ? rows - first : tile;
    transpose_strip(
        size, count, pair->sizes[row_axis + 1], w->x + (place.x + first) * size,
        pair->x[row_axis + 1], w->y + (place.y + first * pair->y[row_axis]) * size,
        pair->y[row_axis]);
  }
}

static void swap_axes(strided_pair *pair, int a, int b) {
  int64_t *arrays[] = {pair->sizes, pair->x, pair->y};
  for (int i = 0; i < 3; i++) {
    int64_t value = arrays[i][a];
    arrays[i][a] = arrays[i][b];
    arrays[i][b] = value;
  }
}

void ck_copy_strided(
    int element_size, int rank, const int64_t *sizes, const void *x, const int64_t *x_strides,
    void *y, const int64_t *y_strides) {
  copy_work w = {element_size, strided_merge(rank, sizes, x_strides, y_strides), x, y};
  strided_pair *pair = &w.pair;
  int last = pair->rank - 1;
  int64_t total = strided_count(pair, pair->rank);
  if (total == 0) return;

  if (last == 0 && pair->x[0] == 1 && pair->y[0] == 1) {
    // One run: cut it, so that threads share it.
    int64_t length = copy_grain, full = total / length;
    const char *rest_x = w.x + full * length * element_size;
    char *rest_y = w.y + full * length * element_size;
    memcpy(rest_y, rest_x, (size_t)((total - full * length) * element_size));
    *pair = (strided_pair){2, {full, length}, {length, 1}, {length, 1}};
    ck_parallel(full, 1, &w, copy_rows);
    return;
  }
  for (int axis = 0; axis < last; axis++) {
    int is_transposed = pair->x[axis] == 1 && pair->sizes[axis] >= 4;
    if (is_transposed && pair->x[last] != 1 && pair->x[last] != 0 && pair->y[last] == 1) {
      swap_axes(pair, axis, last - 1);
      int64_t rows = pair->sizes[last - 1], strips = (rows + tile - 1) / tile;
      int64_t strip = tile * pair->sizes[last];
      ck_parallel(
          strided_count(pair, last - 1) * strips, copy_grain / strip + 1, &w, copy_strips);
      return;
    }
  }
  ck_parallel(total / pair->sizes[last], copy_grain / pair->sizes[last] + 1, &w, copy_rows);
}

#define TEMPLATE "indexing/copy_template.h"
#include "runtime/each_real.h"

bool ck_accumulate_strided(
    ck_type type, int rank, const int64_t *sizes, const void *x, const int64_t *x_strides, void *y,
    const int64_t *y_strides) {
  RUN_REAL(type, accumulate_strided, rank, sizes, x, x_strides, y, y_strides);
}
