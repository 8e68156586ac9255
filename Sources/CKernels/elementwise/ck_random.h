#ifndef CK_RANDOM_H
#define CK_RANDOM_H

#include <stdint.h>

#include "runtime/ck_type.h"

// Random numbers from a counter (Philox 4x32-10, Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", 2011): a value depends on the seed, the stream and its own position, on nothing else.

/// Values in [low, high).
bool ck_random_uniform(ck_type type, uint64_t seed, uint64_t stream, int64_t count, double low, double high, void *y);
bool ck_random_normal(
    ck_type type, uint64_t seed, uint64_t stream, int64_t count, double mean, double deviation, void *y);

/// 1 with the given probability, otherwise 0.
bool ck_random_bernoulli(ck_type type, uint64_t seed, uint64_t stream, int64_t count, double probability, void *y);

/// 0 ..< count in random order.
void ck_random_permutation(uint64_t seed, uint64_t stream, int64_t count, int32_t *y);

#endif
