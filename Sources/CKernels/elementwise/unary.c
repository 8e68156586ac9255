#include "ck_elementwise.h"

#include "elementwise_bf16.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "math_f32.h"
#include "runtime/template.h"

enum { unary_block_length = 4096 };

enum { NEITHER, INPUT, OUTPUT };  // what a gradient is computed from
enum { LIGHT = 32768, HEAVY = 8192 };  // elements worth a thread

static const struct {
  int grain, reads;
} functions[] = {
#define UNARY(name, grain, reads, value, gradient) [ck_unary_##name] = {grain, reads},
#include "unary_table.h"
#undef UNARY
};

bool ck_unary_gradient_uses_input(ck_unary op) { return functions[op].reads == INPUT; }
bool ck_unary_gradient_uses_output(ck_unary op) { return functions[op].reads == OUTPUT; }

// Then its reciprocal is exact, in float too, and quicker.
static bool is_power_of_two(double p) {
  int exponent;
  return fabs(frexp(p, &exponent)) == 0.5 && exponent > -100 && exponent < 100;
}

#define TEMPLATE "elementwise/unary_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "elementwise/fill_template.h"
#include "runtime/each_real.h"

bool ck_run_unary(ck_type type, ck_unary op, int64_t count, const void *x, double p, double q, void *y) {
  RUN_STORED(type, unary, op, count, x, p, q, y);
}

bool ck_run_unary_gradient(
    ck_type type, ck_unary op, int64_t count, const void *x, const void *y, const void *dy, double p, double q,
    void *dx) {
  RUN_STORED(type, unary_gradient, op, count, x, y, dy, p, q, dx);
}

bool ck_fill(ck_type type, int64_t count, double value, void *y) {
  RUN_REAL(type, fill, count, value, y);
}
