#include "ck_upsample.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "ck_allocator.h"
#include "ck_parallel.h"
#include "template.h"

#define INLINE static inline __attribute__((always_inline))

typedef enum { nearest, nearest_exact, linear, cubic } method;

// Channels fewer than this are resampled element by element, through indices of their own.
enum { few_channels = 16, grain_elements = 1 << 14 };

#define REAL float
#define SUFFIX f32
#define FLOOR floorf
#include "resampling_template.h"
#undef REAL
#undef SUFFIX
#undef FLOOR

#define REAL double
#define SUFFIX f64
#define FLOOR floor
#include "resampling_template.h"
