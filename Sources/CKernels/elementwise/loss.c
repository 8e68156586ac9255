#include "ck_loss.h"

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "math_f32.h"
#include "runtime/template.h"

// A sum is taken chunk by chunk, each in lanes: the order is the same for any number of threads.
enum { loss_chunk = 4096, loss_lanes = 32, loss_grain = 8192 };

#define REAL float
#define SUFFIX f32
#include "loss_template.h"
#undef REAL
#undef SUFFIX

#define REAL double
#define SUFFIX f64
#include "loss_template.h"
