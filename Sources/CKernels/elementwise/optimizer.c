#include "ck_optimizer.h"

#include <math.h>
#include <stddef.h>

#include "runtime/ck_parallel.h"
#include "runtime/template.h"

enum { grain = 1 << 15 };

#define REAL float
#define SUFFIX f32
#define SQRT sqrtf
#include "optimizer_template.h"
#undef REAL
#undef SUFFIX
#undef SQRT

#define REAL double
#define SUFFIX f64
#define SQRT sqrt
#include "optimizer_template.h"
