#ifndef CK_IMAGE_H
#define CK_IMAGE_H

#include <stdint.h>

// Pixels of 8 bits, rows from the top left, channels last. These run on the calling thread alone:
// images are prepared beside a training step, which owns the pool of threads.

/// Converts `count` pixels from 1, 3 or 4 channels to 1 (BT.601 luma), 3 or 4 (opaque where alpha is new).
void ck_image_channels_u8(const uint8_t *source, int64_t source_channels, uint8_t *destination,
                          int64_t destination_channels, int64_t count);

#endif
