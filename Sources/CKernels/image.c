#include "ck_image.h"
#include "ck_parallel.h"

CK_CLONES void ck_image_channels_u8(const uint8_t *restrict source, int64_t source_channels,
                                    uint8_t *restrict destination, int64_t destination_channels,
                                    int64_t count) {
  for (int64_t i = 0; i < count; i++, source += source_channels, destination += destination_channels) {
    int r = source[0], g = r, b = r;
    if (source_channels >= 3) g = source[1], b = source[2];
    if (destination_channels == 1) {
      // Weights 0.299, 0.587, 0.114 in 16-bit fixed point, rounded.
      destination[0] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
      continue;
    }
    destination[0] = (uint8_t)r;
    destination[1] = (uint8_t)g;
    destination[2] = (uint8_t)b;
    if (destination_channels == 4) destination[3] = source_channels == 4 ? source[3] : 255;
  }
}
