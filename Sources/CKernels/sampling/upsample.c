#include "ck_upsample.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "elementwise/bfloat16.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/template.h"

#define INLINE static inline __attribute__((always_inline))

typedef enum { nearest, nearest_exact, linear, cubic } method;

// Channels fewer than this are resampled element by element, through indices of their own.
enum { few_channels = 16, grain_elements = 1 << 14 };

#define READ_ROW(x, count, buffer) (x)
#define ROW_TO_WRITE(y, buffer) (y)
#define WRITE_ROW(count, buffer, y)
#define buffered_rows(length, elements) 0

#define REAL float
#define STORED float
#define SUFFIX f32
#define FLOOR floorf
#include "resampling_template.h"
#undef REAL
#undef STORED
#undef SUFFIX
#undef FLOOR

#define REAL double
#define STORED double
#define SUFFIX f64
#define FLOOR floor
#include "resampling_template.h"
#undef REAL
#undef STORED
#undef SUFFIX
#undef FLOOR

#undef READ_ROW
#undef ROW_TO_WRITE
#undef WRITE_ROW
#undef buffered_rows

// Up to four rows are widened at a time, and one is rounded.
#define READ_ROW(x, count, buffer) (bfloat16_widen(count, x, buffer), buffer)
#define ROW_TO_WRITE(y, buffer) (buffer)
#define WRITE_ROW(count, buffer, y) bfloat16_round(count, buffer, y)
#define buffered_rows(length, elements) (4 * (length) + (elements))

#define REAL float
#define STORED bfloat16
#define SUFFIX bf16
#define FLOOR floorf
#include "resampling_template.h"
