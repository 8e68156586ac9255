// The instances for bfloat16 of elementwise kernels.
#ifndef ELEMENTWISE_BF16_H
#define ELEMENTWISE_BF16_H

#include "ck_elementwise.h"
#include "runtime/bfloat16.h"

void unary_bf16(ck_unary op, int64_t count, const bfloat16 *x, double p, double q, bfloat16 *y);
void unary_gradient_bf16(
    ck_unary op, int64_t count, const bfloat16 *x, const bfloat16 *y, const bfloat16 *dy, double p, double q,
    bfloat16 *dx);
void binary_bf16(
    ck_binary op, int rank, const int64_t *sizes, const bfloat16 *a, const int64_t *a_strides, const bfloat16 *b,
    const int64_t *b_strides, bfloat16 *y);

#endif
