#include "ck_grid_sampling.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/template.h"

#define INLINE static inline __attribute__((always_inline))

enum { most_taps = 4, grain_elements = 1 << 13 };

#define REAL float
#define SUFFIX f32
#define CALL(function) function##f
#include "grid_sampling_template.h"
#undef REAL
#undef SUFFIX
#undef CALL

#define REAL double
#define SUFFIX f64
#define CALL(function) function
#include "grid_sampling_template.h"
