// Elementwise work on bfloat16: block by block in float32, by the kernels for it, so that nothing wide leaves the cache.
#include "elementwise_bf16.h"

#include "blocks.h"
#include "runtime/ck_parallel.h"

enum { grain = 16384 };

typedef struct {
  ck_unary op;
  const bfloat16 *x, *y, *dy;
  double p, q;
  bfloat16 *result;
} unary_work;

static const float *widened(const bfloat16 *x, int64_t begin, int64_t count, float *buffer) {
  if (!x) return NULL;
  bfloat16_widen(count, x + begin, buffer);
  return buffer;
}

static void unary_range(void *context, int64_t first, int64_t last) {
  const unary_work *w = context;
  float x_block[block_length], y_block[block_length], dy_block[block_length], result[block_length];
  for (int64_t begin = first; begin < last; begin += block_length) {
    int64_t count = last - begin < block_length ? last - begin : block_length;
    const float *x = widened(w->x, begin, count, x_block), *y = widened(w->y, begin, count, y_block);
    const float *dy = widened(w->dy, begin, count, dy_block);
    if (dy) ck_run_unary_gradient(ck_type_f32, w->op, count, x, y, dy, w->p, w->q, result);
    else ck_run_unary(ck_type_f32, w->op, count, x, w->p, w->q, result);
    bfloat16_round(count, result, w->result + begin);
  }
}

void unary_bf16(ck_unary op, int64_t count, const bfloat16 *x, double p, double q, bfloat16 *y) {
  unary_work w = {op, x, NULL, NULL, p, q, y};
  ck_parallel(count, grain, &w, unary_range);
}

void unary_gradient_bf16(
    ck_unary op, int64_t count, const bfloat16 *x, const bfloat16 *y, const bfloat16 *dy, double p, double q,
    bfloat16 *dx) {
  unary_work w = {op, x, y, dy, p, q, dx};
  ck_parallel(count, grain, &w, unary_range);
}

static void binary_block(int op, int64_t count, const void *const *x, void *y) {
  const int64_t step = 1;
  float a[block_length], b[block_length];
  bfloat16_widen(count, x[0], a);
  bfloat16_widen(count, x[1], b);
  ck_run_binary(ck_type_f32, (ck_binary)op, 1, &count, a, &step, b, &step, a);
  bfloat16_round(count, a, y);
}

void binary_bf16(
    ck_binary op, int rank, const int64_t *sizes, const bfloat16 *a, const int64_t *a_strides, const bfloat16 *b,
    const int64_t *b_strides, bfloat16 *y) {
  operand operands[] = {{a, 2, a_strides}, {b, 2, b_strides}};
  run_blocks(binary_block, op, rank, sizes, 2, operands, y, 2, grain);
}
