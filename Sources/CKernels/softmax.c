#include "ck_parallel.h"
#include "ck_reduction.h"
#include "lanes.h"
#include "math_f32.h"
#include "template.h"

enum { sum_length = 1024, softmax_grain = 8192 };

#define REAL float
#define SUFFIX f32
#include "softmax_template.h"
#undef REAL
#undef SUFFIX

// In double the C library's functions take one value at a time.
#pragma clang diagnostic ignored "-Wpass-failed"
#define REAL double
#define SUFFIX f64
#include "softmax_template.h"
#undef REAL
#undef SUFFIX
