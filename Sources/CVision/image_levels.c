#include <string.h>

#include "ck_image.h"
#include "runtime/ck_parallel.h"

CK_CLONES void ck_image_levels_u8(const uint8_t *samples, int64_t count, bool seen[256]) {
  memset(seen, 0, 256 * sizeof *seen);
  for (int64_t i = 0; i < count;) {
    // Masks and label maps are made of long runs, of which a block at a time is passed over.
    uint8_t level = samples[i], difference = 0;
    seen[level] = true;
    for (i++; i + 64 <= count; i += 64) {
      for (int64_t j = 0; j < 64; j++) difference |= samples[i + j] ^ level;
      if (difference) break;
    }
    while (i < count && samples[i] == level) i++;
  }
}

CK_CLONES void ck_image_replace_u8(const uint8_t *restrict samples, int64_t count, const uint8_t table[256],
                                   uint8_t *restrict destination) {
  for (int64_t i = 0; i < count; i++) destination[i] = table[samples[i]];
}
