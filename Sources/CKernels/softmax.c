#include "ck_parallel.h"
#include "ck_reduction.h"
#include "lanes.h"
#include "math_f32.h"
#include "ordered.h"
#include "template.h"

enum { sum_length = 1024, softmax_grain = 8192 };

#define REAL float
#define SUFFIX f32
#define BITS int32_t
#include "softmax_template.h"
#undef REAL
#undef SUFFIX
#undef BITS

#define REAL double
#define SUFFIX f64
#define BITS int64_t
#include "softmax_template.h"
#undef REAL
#undef SUFFIX
#undef BITS
