// Walks along an axis, many lanes at once.
#include "runtime/ck_parallel.h"
#include "ck_reduction.h"
#include "lanes.h"
#include "runtime/template.h"

#define REAL float
#define SUFFIX f32
#include "scan_template.h"
#undef REAL
#undef SUFFIX

#define REAL double
#define SUFFIX f64
#include "scan_template.h"
#undef REAL
#undef SUFFIX
