// Where along an axis the extreme lies, for many lanes at once.
#include "ck_reduction.h"

#include "lanes.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

#define TEMPLATE "reduction/arg_extreme_template.h"
#include "runtime/each_real.h"

bool ck_arg_extreme(
    ck_type type, bool maximum, int64_t outer, int64_t reduce, int64_t inner, const void *x, int32_t *y) {
  RUN_REAL(type, arg_extreme, maximum, outer, reduce, inner, x, y);
}
