#include "blocks.h"

#include <string.h>

#include "ck_elementwise.h"
#include "runtime/ck_parallel.h"

// An operand with as few axes as its strides allow.
typedef struct {
  const char *elements;
  int element_size, rank;
  int64_t sizes[ck_max_rank], strides[ck_max_rank];
} layout;

typedef struct {
  block_kernel kernel;
  int op, operand_count, y_size;
  layout operands[most_operands];
  char *y;
  int64_t count, block;
} work;

static layout merged(operand x, int rank, const int64_t *sizes) {
  layout result = {x.elements, x.element_size, 0, {0}, {0}};
  for (int axis = 0; axis < rank; axis++) {
    if (sizes[axis] == 1) continue;
    int last = result.rank - 1;
    if (last >= 0 && result.strides[last] == x.strides[axis] * sizes[axis]) {
      result.sizes[last] *= sizes[axis];
      result.strides[last] = x.strides[axis];
    } else {
      result.sizes[result.rank] = sizes[axis];
      result.strides[result.rank++] = x.strides[axis];
    }
  }
  return result;
}

static int is_contiguous(const layout *x) {
  return x->rank == 0 || (x->rank == 1 && x->strides[0] == 1);
}

// The elements after which the operand repeats, if it is a short row or one element; otherwise 0.
static int64_t period(const layout *x) {
  if (x->rank == 1 && x->strides[0] == 0) return 1;
  int is_row = x->rank == 2 && x->strides[0] == 0 && x->strides[1] == 1;
  return is_row && x->sizes[1] <= block_length ? x->sizes[1] : 0;
}

#define COPY_RUN(type)                                                             \
  do {                                                                             \
    const type *from = (const type *)x;                                            \
    type *to = (type *)y;                                                          \
    if (stride == 0) {                                                             \
      for (type value = *from; count > 0; count--) *to++ = value;                  \
    } else {                                                                       \
      for (int64_t i = 0; i < count; i++) to[i] = from[i * stride];                \
    }                                                                              \
  } while (0)

static void copy_run(int size, int64_t count, const char *x, int64_t stride, char *y) {
  if (stride == 1) memcpy(y, x, (size_t)(count * size));
  else if (size == 4) COPY_RUN(uint32_t);
  else if (size == 8) COPY_RUN(uint64_t);
  else if (size == 2) COPY_RUN(uint16_t);
  else COPY_RUN(uint8_t);
}

// The elements [begin, begin + count) of an operand in row-major order.
static void read_block(const layout *x, int64_t begin, int64_t count, char *y) {
  int64_t place[ck_max_rank], offset = 0;
  for (int axis = x->rank - 1; axis >= 0; axis--) {
    place[axis] = begin % x->sizes[axis];
    begin /= x->sizes[axis];
    offset += place[axis] * x->strides[axis];
  }
  int last = x->rank - 1;
  while (count > 0) {
    int64_t run = x->sizes[last] - place[last];
    if (run > count) run = count;
    copy_run(x->element_size, run, x->elements + offset * x->element_size, x->strides[last], y);
    y += run * x->element_size;
    count -= run;
    offset += run * x->strides[last];
    place[last] += run;
    for (int axis = last; axis > 0 && place[axis] == x->sizes[axis]; axis--) {
      offset += x->strides[axis - 1] - place[axis] * x->strides[axis];
      place[axis] = 0;
      place[axis - 1] += 1;
    }
  }
}

static void run_range(void *context, int64_t first, int64_t last) {
  const work *w = context;
  _Alignas(64) char buffers[most_operands][block_length * 8];
  const void *x[most_operands];
  int repeats[most_operands] = {0};
  for (int i = 0; i < w->operand_count; i++) {
    const layout *operand = &w->operands[i];
    int64_t length = period(operand);
    repeats[i] = length > 0 && w->block % length == 0;
    int64_t filled = w->block < w->count ? w->block : w->count;
    if (repeats[i]) read_block(operand, 0, filled, buffers[i]);
    x[i] = buffers[i];
  }
  for (int64_t index = first; index < last; index++) {
    int64_t begin = index * w->block;
    int64_t count = w->count - begin < w->block ? w->count - begin : w->block;
    for (int i = 0; i < w->operand_count; i++) {
      const layout *operand = &w->operands[i];
      if (is_contiguous(operand)) x[i] = operand->elements + begin * operand->element_size;
      else if (!repeats[i]) read_block(operand, begin, count, buffers[i]);
    }
    w->kernel(w->op, count, x, w->y + begin * w->y_size);
  }
}

void run_blocks(
    block_kernel kernel, int op, int rank, const int64_t *sizes, int operand_count,
    const operand *operands, void *y, int y_size, int64_t grain) {
  work w = {kernel, op, operand_count, y_size, {{0}}, y, 1, block_length};
  for (int axis = 0; axis < rank; axis++) w.count *= sizes[axis];
  if (w.count == 0) return;
  for (int i = 0; i < operand_count; i++) {
    w.operands[i] = merged(operands[i], rank, sizes);
    int64_t length = period(&w.operands[i]);
    if (length > 1) w.block = block_length / length * length;
  }
  ck_parallel((w.count + w.block - 1) / w.block, grain / w.block + 1, &w, run_range);
}
