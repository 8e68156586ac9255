#include "ck_roi_pooling.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/template.h"

#define INLINE static inline __attribute__((always_inline))

// Places along an axis of a bin: where it pays to look for those near a sample, and where they are taken for all there are.
enum { few_points = 32, most_points = 1 << 22 };

#define REAL float
#define SUFFIX f32
#define CALL(function) function##f
#include "roi_pooling_template.h"
#undef REAL
#undef SUFFIX
#undef CALL

#define REAL double
#define SUFFIX f64
#define CALL(function) function
#include "roi_pooling_template.h"
