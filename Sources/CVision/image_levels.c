#include <string.h>

#include "ck_image.h"
#include "runtime/ck_parallel.h"
#include "runtime/template.h"

// Masks and maps of labels are made of long runs. Where the run that begins here ends, or some samples before.
INLINE int64_t run_end(const uint8_t *samples, int64_t begin, int64_t count) {
  int64_t i = begin + 1;
  for (uint8_t difference = 0; i + 64 <= count; i += 64) {
    for (int64_t j = 0; j < 64; j++) difference |= samples[i + j] ^ samples[begin];
    if (difference) break;
  }
  return i;
}

CK_CLONES void ck_image_levels_u8(const uint8_t *samples, int64_t count, bool seen[256]) {
  memset(seen, 0, 256 * sizeof *seen);
  for (int64_t i = 0; i < count;) {
    uint8_t level = samples[i];
    seen[level] = true;
    for (i = run_end(samples, i, count); i < count && samples[i] == level;) i++;
  }
}

CK_CLONES void ck_image_replace_u8(const uint8_t *restrict samples, int64_t count, const uint8_t table[256],
                                   uint8_t *restrict destination) {
  for (int64_t i = 0; i < count;) {
    int64_t end = run_end(samples, i, count);
    memset(destination + i, table[samples[i]], (size_t)(end - i));
    for (int64_t next = end + 64 < count ? end + 64 : count; end < next; end++) destination[end] = table[samples[end]];
    i = end;
  }
}
