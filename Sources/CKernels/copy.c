#include "ck_copy.h"

#include <string.h>

#include "ck_elementwise.h"
#include "ck_parallel.h"
#include "strided.h"
#include "template.h"

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
  else COPY_ROWS(uint8_t)
}

// Through a small tile, so that both sides are read and written in runs of whole cache lines.
#define TRANSPOSE(type)                                                                    \
  do {                                                                                     \
    const type *from = (const type *)x;                                                    \
    type *to = (type *)y, held[tile][tile + 1];                                            \
    for (int64_t first = 0; first < columns; first += tile) {                              \
      int64_t width = columns - first < tile ? columns - first : tile;                     \
      for (int64_t j = 0; j < width; j++) {                                                \
        for (int64_t i = 0; i < rows; i++) held[j][i] = from[(first + j) * x_column + i];  \
      }                                                                                    \
      for (int64_t i = 0; i < rows; i++) {                                                 \
        for (int64_t j = 0; j < width; j++) to[i * y_row + first + j] = held[j][i];        \
      }                                                                                    \
    }                                                                                      \
  } while (0)

// A strip of at most `tile` rows; x runs down the columns, y along the rows.
static CK_CLONES void transpose_strip(
    int size, int64_t rows, int64_t columns, const char *x, int64_t x_column, char *y,
    int64_t y_row) {
  if (size == 4) TRANSPOSE(uint32_t);
  else if (size == 8) TRANSPOSE(uint64_t);
  else TRANSPOSE(uint8_t);
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

#define REAL float
#define SUFFIX f32
#include "copy_template.h"
#undef REAL
#undef SUFFIX

#define REAL double
#define SUFFIX f64
#include "copy_template.h"
#undef REAL
#undef SUFFIX
