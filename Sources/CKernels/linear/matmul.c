// Matrix products: cut into blocks of rows or columns, one OpenBLAS call each. The cuts depend on the shapes
// only, so that results do not depend on the number of threads.
#include "ck_matmul.h"

#include <cblas.h>
#include <stddef.h>

#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"

// The length of a block of an axis of `length`: blocks cost a copy of the other operand each, so they are
// no smaller than 128, and no more than 32.
static int64_t block_length(int64_t length) {
  int64_t block = (length + 31) / 32;
  return block < 128 ? 128 : (block + 15) / 16 * 16;
}

#define TEMPLATE "linear/matmul_template.h"
#include "runtime/each_real.h"

bool ck_matmul(
    ck_type type, int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m,
    int64_t n, int64_t k, const void *a, const void *b, void *c) {
  RUN_REAL(type, matmul, batch, a_stride, b_stride, transpose_a, transpose_b, m, n, k, a, b, c);
}
