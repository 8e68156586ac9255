#ifndef CK_RANDOM_H
#define CK_RANDOM_H

#include <stdint.h>

// Random numbers from a counter (Philox 4x32-10, Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", 2011): a value depends on the seed, the stream and its own position, on nothing else.

#define CK_RANDOM(real, suffix)                                                                 \
  /* in [low, high) */                                                                          \
  void ck_random_uniform_##suffix(                                                              \
      uint64_t seed, uint64_t stream, int64_t count, double low, double high, real *y);         \
  void ck_random_normal_##suffix(                                                               \
      uint64_t seed, uint64_t stream, int64_t count, double mean, double deviation, real *y);   \
  /* 1 with the given probability, otherwise 0 */                                               \
  void ck_random_bernoulli_##suffix(                                                            \
      uint64_t seed, uint64_t stream, int64_t count, double probability, real *y);

CK_RANDOM(float, f32)
CK_RANDOM(double, f64)
#undef CK_RANDOM

/// 0 ..< count in random order.
void ck_random_permutation(uint64_t seed, uint64_t stream, int64_t count, int32_t *y);

#endif
