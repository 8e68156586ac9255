#include "ck_elementwise.h"
#include "runtime/ck_parallel.h"
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
#define TEMPLATE "elementwise/stream_template.h"
#include "runtime/each_real.h"
