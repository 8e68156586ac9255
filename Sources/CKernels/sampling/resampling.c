#include "ck_resampling.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "runtime/bfloat16.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

// Channels fewer than this are resampled element by element, through indices of their own.
enum { few_channels = 16, grain_elements = 1 << 14 };

// Rows are read and written where they lie, or where they are bfloat16 widened, up to four at a time, and rounded.
#define READ_ROW_f32(x, count, buffer) (x)
#define READ_ROW_f64(x, count, buffer) (x)
#define READ_ROW_bf16(x, count, buffer) (bfloat16_widen(count, x, buffer), buffer)
#define ROW_TO_WRITE_f32(y, buffer) (y)
#define ROW_TO_WRITE_f64(y, buffer) (y)
#define ROW_TO_WRITE_bf16(y, buffer) (buffer)
#define WRITE_ROW_f32(count, buffer, y)
#define WRITE_ROW_f64(count, buffer, y)
#define WRITE_ROW_bf16(count, buffer, y) bfloat16_round(count, buffer, y)
#define buffered_rows_f32(length, elements) 0
#define buffered_rows_f64(length, elements) 0
#define buffered_rows_bf16(length, elements) (4 * (length) + (elements))

#define TEMPLATE "sampling/resampling_template.h"
#include "runtime/each_stored.h"

bool ck_resample(ck_type type, const ck_resampling *resampling, const void *x, void *y) {
  RUN_STORED(type, resample, resampling, false, x, y);
}

bool ck_resample_gradient(ck_type type, const ck_resampling *resampling, const void *dy, void *dx) {
  RUN_STORED(type, resample, resampling, true, dy, dx);
}
