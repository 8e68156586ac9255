#include <string.h>

#include "ck_image.h"
#include "runtime/ck_parallel.h"

void ck_image_levels_u8(const uint8_t *samples, int64_t count, bool seen[256]) {
  // Masks and label maps are made of long runs, which are passed over eight at a time.
  uint64_t run = 0;
  memset(seen, 0, 256);
  for (int64_t i = 0; i < count;) {
    uint64_t eight;
    if (i + 8 <= count && (memcpy(&eight, samples + i, 8), eight == run) && i > 0) {
      i += 8;
    } else {
      run = samples[i] * 0x0101010101010101;
      seen[samples[i++]] = true;
    }
  }
}

CK_CLONES void ck_image_replace_u8(const uint8_t *restrict samples, int64_t count, const uint8_t table[256],
                                   uint8_t *restrict destination) {
  for (int64_t i = 0; i < count; i++) destination[i] = table[samples[i]];
}
