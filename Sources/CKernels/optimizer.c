#include "ck_optimizer.h"

#include <math.h>
#include <stddef.h>

#include "ck_parallel.h"

enum { grain = 1 << 15 };

#define REAL float
#define NAMED(name) name##_f32
#define SQRT sqrtf
#include "optimizer_template.h"
#undef REAL
#undef NAMED
#undef SQRT

#define REAL double
#define NAMED(name) name##_f64
#define SQRT sqrt
#include "optimizer_template.h"
