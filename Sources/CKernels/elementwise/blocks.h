// Elementwise work on operands with strides: cut into short blocks, whose operands are read into
// contiguous memory first where they are not so already. A kernel then has one loop.
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdint.h>

enum { block_length = 1024, most_operands = 3 };

typedef struct {
  const void *elements;
  int element_size;
  const int64_t *strides;
} operand;

/// y[i] = op(x[0][i], x[1][i], …) for i < count.
typedef void (*block_kernel)(int op, int64_t count, const void *const *x, void *y);

/// Runs the kernel over operands of one shape; y is contiguous. `grain` as in ck_parallel.
void run_blocks(
    block_kernel kernel, int op, int rank, const int64_t *sizes, int operand_count,
    const operand *operands, void *y, int y_size, int64_t grain);

#endif
