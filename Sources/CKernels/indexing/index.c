#include "ck_index.h"

#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

enum { index_grain = 16384, column_block = 64, column_bytes = 512 };

typedef struct {
  int element_size;
  int64_t axis_size, inner, count, columns;
  const int32_t *indices;
  const void *x;
  void *y;
} index_work;

static void gather_rows(void *context, int64_t begin, int64_t end) {
  const index_work *w = context;
  int64_t row_bytes = w->inner * w->element_size;
  // Rows of one float, say, are not worth a call each.
  if (row_bytes == 4) {
    for (int64_t row = begin; row < end; row++) {
      int64_t outer = row / w->count;
      ((uint32_t *)w->y)[row] = ((const uint32_t *)w->x)[outer * w->axis_size + w->indices[row - outer * w->count]];
    }
    return;
  }
  for (int64_t row = begin; row < end; row++) {
    int64_t outer = row / w->count, index = w->indices[row % w->count];
    const char *x = (const char *)w->x + (outer * w->axis_size + index) * row_bytes;
    memcpy((char *)w->y + row * row_bytes, x, (size_t)row_bytes);
  }
}

void ck_gather_rows(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices,
    int64_t count, const void *x, void *y) {
  index_work w = {element_size, axis_size, inner, count, 0, indices, x, y};
  ck_parallel(outer * count, index_grain / (inner + 1) + 1, &w, gather_rows);
}

#define GATHER(type)                                                                       \
  do {                                                                                     \
    const type *x = (const type *)w->x + outer * w->axis_size * w->inner;                  \
    type *y = (type *)w->y + row * w->inner;                                               \
    for (int64_t j = 0; j < w->inner; j++) y[j] = x[indices[j] * w->inner + j];            \
  } while (0)

static void gather_elements(void *context, int64_t begin, int64_t end) {
  const index_work *w = context;
  for (int64_t row = begin; row < end; row++) {
    int64_t outer = row / w->count;
    const int32_t *indices = w->indices + row * w->inner;
    if (w->element_size == 4) GATHER(uint32_t);
    else if (w->element_size == 8) GATHER(uint64_t);
    else if (w->element_size == 2) GATHER(uint16_t);
    else GATHER(uint8_t);
  }
}

void ck_gather_elements(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices,
    int64_t count, const void *x, void *y) {
  index_work w = {element_size, axis_size, inner, count, 0, indices, x, y};
  ck_parallel(outer * count, index_grain / (inner + 1) + 1, &w, gather_elements);
}

// As in the templates, one piece of work is a block of columns of one outer index; columns count bytes.
static void scatter_rows(void *context, int64_t begin, int64_t end) {
  const index_work *w = context;
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t outer = piece / w->columns, first = piece % w->columns * column_bytes;
    int64_t width = w->inner - first < column_bytes ? w->inner - first : column_bytes;
    const char *x = (const char *)w->x + outer * w->count * w->inner + first;
    char *y = (char *)w->y + outer * w->axis_size * w->inner + first;
    for (int64_t i = 0; i < w->count; i++) memcpy(y + w->indices[i] * w->inner, x + i * w->inner, (size_t)width);
  }
}

void ck_scatter_rows(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const void *x, void *y) {
  int64_t bytes = inner * element_size, columns = (bytes + column_bytes - 1) / column_bytes;
  index_work w = {1, axis_size, bytes, count, columns, indices, x, y};
  ck_parallel(outer * columns, index_grain / (column_block * count + 1) + 1, &w, scatter_rows);
}

#define SCATTER(type)                                                                           \
  do {                                                                                          \
    const type *x = (const type *)w->x + row;                                                   \
    type *y = (type *)w->y + outer * w->axis_size * w->inner + first;                           \
    for (int64_t j = 0; j < width; j++) y[indices[j] * w->inner + j] = x[j];                    \
  } while (0)

static void scatter_elements(void *context, int64_t begin, int64_t end) {
  const index_work *w = context;
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t outer = piece / w->columns, first = piece % w->columns * column_block;
    int64_t width = w->inner - first < column_block ? w->inner - first : column_block;
    for (int64_t i = 0; i < w->count; i++) {
      int64_t row = (outer * w->count + i) * w->inner + first;
      const int32_t *indices = w->indices + row;
      if (w->element_size == 4) SCATTER(uint32_t);
      else if (w->element_size == 8) SCATTER(uint64_t);
      else if (w->element_size == 2) SCATTER(uint16_t);
      else SCATTER(uint8_t);
    }
  }
}

void ck_scatter_elements(
    int element_size, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const void *x, void *y) {
  int64_t columns = (inner + column_block - 1) / column_block;
  index_work w = {element_size, axis_size, inner, count, columns, indices, x, y};
  ck_parallel(outer * columns, index_grain / (column_block * count + 1) + 1, &w, scatter_elements);
}

#define TEMPLATE "indexing/index_template.h"
#include "runtime/each_real.h"

bool ck_scatter_add_rows(
    ck_type type, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const void *dy, void *dx) {
  RUN_REAL(type, scatter_add_rows, outer, axis_size, inner, indices, count, dy, dx);
}

bool ck_scatter_add_elements(
    ck_type type, int64_t outer, int64_t axis_size, int64_t inner, const int32_t *indices, int64_t count,
    const void *dy, void *dx) {
  RUN_REAL(type, scatter_add_elements, outer, axis_size, inner, indices, count, dy, dx);
}
