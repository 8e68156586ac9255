#include "ck_elementwise.h"

#include "blocks.h"
#include "elementwise_bf16.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "math_f32.h"
#include "runtime/template.h"

enum { light_grain = 32768, heavy_grain = 4096 };

#define TEMPLATE "elementwise/elementwise_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "elementwise/compare_template.h"
#include "runtime/each_number.h"

static inline int32_t divided(int32_t a, int32_t b) {
  if (b == 0) return 0;
  return b == -1 ? (int32_t)(0 - (uint32_t)a) : a / b;
}

static inline int32_t remaining(int32_t a, int32_t b) {
  if (b == 0 || b == -1) return 0;
  int32_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

static inline int32_t raised(int32_t base, int32_t power) {
  if (power < 0) return base == 1 ? 1 : base == -1 ? (power & 1 ? -1 : 1) : 0;
  uint32_t result = 1;
  for (uint32_t square = (uint32_t)base; power > 0; power >>= 1, square *= square) {
    if (power & 1) result *= square;
  }
  return (int32_t)result;
}

#define BINARY(name, value)                                                         \
  case ck_binary_##name:                                                            \
    for (int64_t i = 0; i < count; i++) {                                           \
      const int32_t u = a[i], v = b[i];                                             \
      y[i] = value;                                                                 \
    }                                                                               \
    break;

static CK_CLONES void binary_block_i32(int op, int64_t count, const void *const *x, void *result) {
  const int32_t *a = x[0], *b = x[1];
  int32_t *y = result;
  switch ((ck_binary)op) {
    BINARY(add, (int32_t)((uint32_t)u + (uint32_t)v))
    BINARY(subtract, (int32_t)((uint32_t)u - (uint32_t)v))
    BINARY(multiply, (int32_t)((uint32_t)u * (uint32_t)v))
    BINARY(divide, divided(u, v))
    BINARY(pow, raised(u, v))
    BINARY(minimum, u < v ? u : v)
    BINARY(maximum, u > v ? u : v)
    BINARY(remainder, remaining(u, v))
    case ck_binary_atan2: break;
  }
}

static void binary_i32(
    ck_binary op, int rank, const int64_t *sizes, const int32_t *a, const int64_t *a_strides,
    const int32_t *b, const int64_t *b_strides, int32_t *y) {
  operand operands[] = {{a, 4, a_strides}, {b, 4, b_strides}};
  run_blocks(binary_block_i32, op, rank, sizes, 2, operands, y, 4, light_grain);
}

bool ck_run_binary(
    ck_type type, ck_binary op, int rank, const int64_t *sizes, const void *a, const int64_t *a_strides, const void *b,
    const int64_t *b_strides, void *y) {
  switch (type) {
    RUN_INSTANCE(i32, binary, op, rank, sizes, a, a_strides, b, b_strides, y)
    RUN_INSTANCE(bf16, binary, op, rank, sizes, a, a_strides, b, b_strides, y)
    RUN_INSTANCE(f32, binary, op, rank, sizes, a, a_strides, b, b_strides, y)
    RUN_INSTANCE(f64, binary, op, rank, sizes, a, a_strides, b, b_strides, y)
    default: return false;
  }
}

bool ck_compare(
    ck_type type, ck_comparison op, int rank, const int64_t *sizes, const void *a, const int64_t *a_strides,
    const void *b, const int64_t *b_strides, uint8_t *y) {
  RUN_NUMBER(type, compare, op, rank, sizes, a, a_strides, b, b_strides, y);
}

#define WHERE(size, type)                                                                                       \
  static CK_CLONES void where_block_##size(int op, int64_t count, const void *const *x, void *result) {         \
    (void)op;                                                                                                   \
    const uint8_t *condition = x[0];                                                                            \
    const type *a = x[1], *b = x[2];                                                                            \
    type *y = result;                                                                                           \
    VECTORISED for (int64_t i = 0; i < count; i++) {                                                            \
      const type u = a[i], v = b[i];                                                                            \
      y[i] = condition[i] ? u : v;                                                                              \
    }                                                                                                           \
  }

WHERE(1, uint8_t)
WHERE(2, uint16_t)
WHERE(4, uint32_t)
WHERE(8, uint64_t)

void ck_where(
    int element_size, int rank, const int64_t *sizes, const uint8_t *condition, const int64_t *condition_strides,
    const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides, void *y) {
  const block_kernel block = element_size == 8   ? where_block_8
                             : element_size == 4 ? where_block_4
                             : element_size == 2 ? where_block_2 : where_block_1;
  operand operands[] = {
    {condition, 1, condition_strides}, {a, element_size, a_strides}, {b, element_size, b_strides}};
  run_blocks(block, 0, rank, sizes, 3, operands, y, element_size, light_grain);
}
