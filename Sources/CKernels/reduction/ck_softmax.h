#ifndef CK_SOFTMAX_H
#define CK_SOFTMAX_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// The softmax over the last axis of [rows, columns], and its logarithm. The gradients read y; dx may be dy.

bool ck_softmax(ck_type type, int64_t rows, int64_t columns, const void *x, void *y);
bool ck_log_softmax(ck_type type, int64_t rows, int64_t columns, const void *x, void *y);
bool ck_softmax_gradient(ck_type type, int64_t rows, int64_t columns, const void *y, const void *dy, void *dx);
bool ck_log_softmax_gradient(ck_type type, int64_t rows, int64_t columns, const void *y, const void *dy, void *dx);

/// log Σ eˣ along the middle axis: x [outer, reduce, inner] to y [outer, inner]; -inf of an empty one.
bool ck_log_sum_exp(ck_type type, int64_t outer, int64_t reduce, int64_t inner, const void *x, void *y);

#endif
