#ifndef CK_MATMUL_H
#define CK_MATMUL_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// Products of dense row-major matrices: c = op(a) op(b), where op(a) is [m, k] and op(b) is [k, n]; a transposed operand
// is stored as [k, m] or [n, k]. In a batch, stride is the number of elements between neighbouring matrices, 0 where all
// share one; the results lie one after another.

bool ck_matmul(
    ck_type type, int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m,
    int64_t n, int64_t k, const void *a, const void *b, void *c);

#endif
