#include "ck_softmax.h"

#include "elementwise/math_f32.h"
#include "lanes.h"
#include "ordered.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

enum { sum_length = 1024, rows_together = 4, softmax_grain = 8192 };

// Asks for what comes next: there is too much to do in between for the processor to foresee it in time.
static inline void fetch(const void *next, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)next + i);
}

#define TEMPLATE "reduction/softmax_template.h"
#include "runtime/each_real.h"

bool ck_softmax(ck_type type, int64_t rows, int64_t columns, const void *x, void *y) {
  RUN_REAL(type, softmax, rows, columns, x, y);
}

bool ck_log_softmax(ck_type type, int64_t rows, int64_t columns, const void *x, void *y) {
  RUN_REAL(type, log_softmax, rows, columns, x, y);
}

bool ck_softmax_gradient(ck_type type, int64_t rows, int64_t columns, const void *y, const void *dy, void *dx) {
  RUN_REAL(type, softmax_gradient, rows, columns, y, dy, dx);
}

bool ck_log_softmax_gradient(ck_type type, int64_t rows, int64_t columns, const void *y, const void *dy, void *dx) {
  RUN_REAL(type, log_softmax_gradient, rows, columns, y, dy, dx);
}

bool ck_log_sum_exp(ck_type type, int64_t outer, int64_t reduce, int64_t inner, const void *x, void *y) {
  RUN_REAL(type, log_sum_exp, outer, reduce, inner, x, y);
}
