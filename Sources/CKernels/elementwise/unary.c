#include "ck_elementwise.h"
#include "runtime/ck_parallel.h"
#include "math_f32.h"
#include "runtime/template.h"

enum { unary_block_length = 4096 };

#define NEITHER 0
#define INPUT 1
#define OUTPUT 2
#define UNARY(name, reads, value, slope) [ck_unary_##name] = reads,
static const uint8_t gradient_reads[] = {
#include "unary_table.h"
};
#undef UNARY
#undef NEITHER
#undef INPUT
#undef OUTPUT

bool ck_unary_gradient_uses_input(ck_unary op) { return gradient_reads[op] == 1; }
bool ck_unary_gradient_uses_output(ck_unary op) { return gradient_reads[op] == 2; }

// Elements worth a thread.
static int64_t unary_grain(ck_unary op) {
  switch (op) {
    case ck_unary_negate: case ck_unary_absolute: case ck_unary_sign: case ck_unary_square:
    case ck_unary_relu: case ck_unary_leaky_relu: case ck_unary_hard_sigmoid:
    case ck_unary_hard_swish: case ck_unary_relu6: case ck_unary_floor: case ck_unary_ceil:
    case ck_unary_round: case ck_unary_truncate: case ck_unary_clamp: case ck_unary_add_scalar:
    case ck_unary_multiply_scalar: case ck_unary_reciprocal: case ck_unary_square_root:
    case ck_unary_reciprocal_square_root:
      return 32768;
    default:
      return 8192;
  }
}

#define TEMPLATE "elementwise/unary_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "elementwise/stream_template.h"
#include "runtime/each_real.h"
