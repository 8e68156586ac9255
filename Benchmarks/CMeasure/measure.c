#include "CMeasure.h"
#include "runtime/ck_parallel.h"

#include <stdatomic.h>
#include <string.h>

typedef struct {
  const float *x;
  float *y;
} copy;

static void copy_share(void *context, int64_t begin, int64_t end) {
  const copy *work = context;
  memcpy(work->y + begin, work->x + begin, (size_t)(end - begin) * sizeof(float));
}

void ck_measure_copy(int64_t count, const float *x, float *y) {
  copy work = {x, y};
  ck_parallel(count, 1 << 16, &work, copy_share);
}

typedef float floats_8 __attribute__((vector_size(32)));
typedef float floats_16 __attribute__((vector_size(64)));
typedef float stored_floats_16 __attribute__((vector_size(64), aligned(sizeof(float))));

// Independent sums, enough to hide the latency of a multiply-add and few enough for 16 registers.
enum { sum_count = 12 };

// Where the results go, so that the loops are not optimised away.
static atomic_int sink;

// Nothing but sums; what is left below a round of them is not worth a loop.
CK_CLONES static void read_share(void *context, int64_t begin, int64_t end) {
  const copy *work = context;
  floats_16 sums[4] = {{0}};
  for (int64_t first = begin; first + 64 <= end; first += 64)
    for (int i = 0; i < 4; i++) sums[i] += *(const stored_floats_16 *)(work->x + first + 16 * i);
  floats_16 total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (int i = 1; i < 16; i++) total[0] += total[i];
  atomic_fetch_add_explicit(&sink, total[0] > 0, memory_order_relaxed);
}

void ck_measure_read(int64_t count, const float *x) {
  copy work = {x, NULL};
  ck_parallel(count, 1 << 16, &work, read_share);
}

typedef struct {
  int width;
  int64_t rounds;
} multiply_add;

// The sums stay bounded: each tends to 2 · 0.5 / (1 − 0.5). Multiply-adds must be contracted to one instruction.
#define MULTIPLY_ADD_ROUNDS(width)                                                                 \
  CK_CLONES static float multiply_add_rounds_##width(int64_t rounds, float start) {                \
    floats_##width factor = (floats_##width){0} + 0.5f, term = factor + 0.5f, sums[sum_count];     \
    for (int i = 0; i < sum_count; i++) sums[i] = factor + start + (float)i;                       \
    for (int64_t round = 0; round < rounds; round++) {                                             \
      _Pragma("clang loop unroll(full)")                                                           \
      for (int i = 0; i < sum_count; i++) sums[i] = sums[i] * factor + term;                       \
    }                                                                                              \
    floats_##width total = sums[0];                                                                \
    for (int i = 1; i < sum_count; i++) total += sums[i];                                          \
    return total[0] + total[width - 1];                                                            \
  }

MULTIPLY_ADD_ROUNDS(8)
MULTIPLY_ADD_ROUNDS(16)

static void multiply_add_share(void *context, int64_t begin, int64_t end) {
  const multiply_add *work = context;
  for (int64_t thread = begin; thread < end; thread++) {
    float start = (float)thread;
    float result = work->width == 8 ? multiply_add_rounds_8(work->rounds, start)
                                    : multiply_add_rounds_16(work->rounds, start);
    atomic_fetch_add_explicit(&sink, result > 0, memory_order_relaxed);
  }
}

int64_t ck_measure_multiply_add(int width, int64_t rounds) {
  multiply_add work = {width, rounds};
  int64_t threads = ck_thread_count();
  ck_parallel(threads, 1, &work, multiply_add_share);
  return 2 * threads * rounds * sum_count * width;
}
