#include "bfloat16.h"

#include "runtime/ck_parallel.h"

CK_CLONES void bfloat16_widen(int64_t count, const bfloat16 *x, float *y) {
  for (int64_t i = 0; i < count; i++) y[i] = bfloat16_widened(x[i]);
}

CK_CLONES void bfloat16_round(int64_t count, const float *x, bfloat16 *y) {
  for (int64_t i = 0; i < count; i++) y[i] = bfloat16_rounded(x[i]);
}
