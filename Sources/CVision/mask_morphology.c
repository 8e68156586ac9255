#include "ck_mask.h"
#include "mask_bits.h"
#include "runtime/ck_allocator.h"

static void invert(int64_t height, int64_t width, uint64_t *bits) {
  int64_t words = mask_words(width);
  for (int64_t y = 0; y < height; y++, bits += words) {
    for (int64_t word = 0; word < words; word++) bits[word] = ~bits[word];
    bits[words - 1] &= mask_last_word(width);
  }
}

// What is eroded is what is not set, dilated; beyond the edges nothing is, either way.
static void change(int64_t height, int64_t width, int64_t count, const int64_t *reach, bool erodes,
                   const uint8_t *mask, uint8_t *result) {
  int64_t words = mask_words(width), size = height * words;
  size_t bytes = (size_t)(2 * size + words) * sizeof(uint64_t);
  uint64_t *pixels = ck_allocate(bytes), *changed = pixels + size;
  mask_pack(height, width, 0, mask, pixels);
  if (erodes) invert(height, width, pixels);
  mask_dilate(height, width, count, reach, pixels, changed + size, changed);
  if (erodes) invert(height, width, changed);
  mask_unpack(height, width, changed, result);
  ck_deallocate(pixels, bytes);
}

void ck_mask_dilate(int64_t height, int64_t width, int64_t count, const int64_t *reach, const uint8_t *mask,
                    uint8_t *result) {
  change(height, width, count, reach, false, mask, result);
}

void ck_mask_erode(int64_t height, int64_t width, int64_t count, const int64_t *reach, const uint8_t *mask,
                   uint8_t *result) {
  change(height, width, count, reach, true, mask, result);
}
