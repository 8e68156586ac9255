// Matrix products: cut into blocks of rows or columns, one OpenBLAS call each. The cuts depend on the shapes
// only, so that results do not depend on the number of threads.
#include "ck_matmul.h"

#include <cblas.h>
#include <stddef.h>

#include "runtime/ck_parallel.h"

// The length of a block of an axis of `length`: blocks cost a copy of the other operand each, so they are
// no smaller than 128, and no more than 32.
static int64_t block_length(int64_t length) {
  int64_t block = (length + 31) / 32;
  return block < 128 ? 128 : (block + 15) / 16 * 16;
}

#define TEMPLATE "linear/matmul_template.h"
#include "runtime/each_real.h"
