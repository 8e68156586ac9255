#include "ck_random.h"

#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "math_f32.h"
#include "runtime/template.h"

// Numbers are made in chunks of `counters` counters with four words each: word k of counter i of a
// chunk stands at k * counters + i.
enum { counters = 64, words_per_chunk = 4 * counters, random_grain = 8192 };

typedef struct {
  uint64_t seed, stream;
} generator;

// Ten rounds on (counter, stream) under the seed.
INLINE void chunk_words(generator g, int64_t chunk, uint32_t *words) {
  for (int i = 0; i < counters; i++) {
    uint64_t counter = (uint64_t)chunk * counters + (uint64_t)i;
    uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32);
    uint32_t c = (uint32_t)g.stream, d = (uint32_t)(g.stream >> 32);
    uint32_t low_key = (uint32_t)g.seed, high_key = (uint32_t)(g.seed >> 32);
    for (int round = 0; round < 10; round++) {
      uint64_t first = (uint64_t)a * 0xD2511F53u, second = (uint64_t)c * 0xCD9E8D57u;
      a = (uint32_t)(second >> 32) ^ b ^ low_key;
      b = (uint32_t)second;
      c = (uint32_t)(first >> 32) ^ d ^ high_key;
      d = (uint32_t)first;
      low_key += 0x9E3779B9u;
      high_key += 0xBB67AE85u;
    }
    words[i] = a;
    words[counters + i] = b;
    words[2 * counters + i] = c;
    words[3 * counters + i] = d;
  }
}

enum { words_f32 = 1, words_f64 = 2 };

// In [0, 1), from 24 or 53 bits.

INLINE float unit_f32(const uint32_t *words, int i) { return (float)(words[i] >> 8) * 0x1p-24f; }

INLINE double unit_f64(const uint32_t *words, int i) {
  uint64_t word = (uint64_t)words[i] << 32 | words[words_per_chunk / 2 + i];
  return (double)(word >> 11) * 0x1p-53;
}

#define TEMPLATE "elementwise/random_template.h"
#include "runtime/each_real.h"

void ck_random_permutation(uint64_t seed, uint64_t stream, int64_t count, int32_t *y) {
  uint32_t words[words_per_chunk];
  for (int64_t i = 0; i < count; i++) {
    int64_t place = i % (words_per_chunk / 2);
    if (place == 0) chunk_words((generator){seed, stream}, i / (words_per_chunk / 2), words);
    // A place among the first i + 1: the high half of a product of 64-bit integers.
    uint64_t word = (uint64_t)words[place] << 32 | words[words_per_chunk / 2 + place];
    int64_t other = (int64_t)((unsigned __int128)word * (uint64_t)(i + 1) >> 64);
    y[i] = y[other];
    y[other] = (int32_t)i;
  }
}

bool ck_random_uniform(ck_type type, uint64_t seed, uint64_t stream, int64_t count, double low, double high, void *y) {
  RUN_REAL(type, random_uniform, seed, stream, count, low, high, y);
}

bool ck_random_normal(
    ck_type type, uint64_t seed, uint64_t stream, int64_t count, double mean, double deviation, void *y) {
  RUN_REAL(type, random_normal, seed, stream, count, mean, deviation, y);
}

bool ck_random_bernoulli(ck_type type, uint64_t seed, uint64_t stream, int64_t count, double probability, void *y) {
  RUN_REAL(type, random_bernoulli, seed, stream, count, probability, y);
}
