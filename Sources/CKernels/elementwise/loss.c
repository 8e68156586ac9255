#include "ck_loss.h"

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "math_f32.h"
#include "runtime/template.h"

// A sum is taken chunk by chunk, each in lanes: the order is the same for any number of threads.
enum { loss_chunk = 4096, loss_lanes = 32, loss_grain = 8192 };

#define TEMPLATE "elementwise/loss_template.h"
#include "runtime/each_real.h"
