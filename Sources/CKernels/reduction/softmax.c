#include "runtime/ck_parallel.h"
#include "ck_reduction.h"
#include "lanes.h"
#include "elementwise/math_f32.h"
#include "ordered.h"
#include "runtime/template.h"

enum { sum_length = 1024, rows_together = 4, softmax_grain = 8192 };

// Asks for what comes next: there is too much to do in between for the processor to foresee it in time.
static inline void fetch(const void *next, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)next + i);
}

#define TEMPLATE "reduction/softmax_template.h"
#include "runtime/each_real.h"
