#include "mask_bits.h"

#include <string.h>

#include "runtime/ck_parallel.h"

// Eight bytes that are 0 or 1 as eight bits.
static inline uint64_t packed(const uint8_t *bytes) {
  uint64_t eight;
  memcpy(&eight, bytes, sizeof eight);
  return (eight * 0x0102040810204080) >> 56;
}

// Up to 64 labels as bits.
INLINE uint64_t packed_labels(int64_t count, uint8_t label, const uint8_t *labels) {
  uint8_t is_set[64] = {0};
  if (label) {
    for (int64_t i = 0; i < count; i++) is_set[i] = labels[i] == label;
  } else {
    for (int64_t i = 0; i < count; i++) is_set[i] = labels[i] != 0;
  }
  uint64_t bits = 0;
  for (int64_t byte = 0; byte < 8; byte++) bits |= packed(is_set + 8 * byte) << 8 * byte;
  return bits;
}

CK_CLONES void mask_pack(int64_t height, int64_t width, uint8_t label, const uint8_t *labels, uint64_t *bits) {
  for (int64_t y = 0; y < height; y++, labels += width) {
    int64_t x = 0;
    for (; x + 64 <= width; x += 64) *bits++ = packed_labels(64, label, labels + x);
    if (x < width) *bits++ = packed_labels(width - x, label, labels + x);
  }
}

CK_CLONES void mask_unpack(int64_t height, int64_t width, const uint64_t *bits, uint8_t *mask) {
  for (int64_t y = 0; y < height; y++, bits += mask_words(width), mask += width)
    for (int64_t x = 0; x < width; x++) mask[x] = bits[x / 64] >> x % 64 & 1;
}

// Grows the set pixels of a row by one to each side.
static void widen_row(int64_t width, uint64_t *row) {
  int64_t words = mask_words(width);
  uint64_t before = 0;
  for (int64_t word = 0; word < words; word++) {
    uint64_t here = row[word], after = word + 1 < words ? row[word + 1] << 63 : 0;
    row[word] = here | here << 1 | before >> 63 | here >> 1 | after;
    before = here;
  }
  row[words - 1] &= mask_last_word(width);
}

CK_CLONES void mask_dilate(int64_t height, int64_t width, int64_t count, const int64_t *reach,
                           const uint64_t *pixels, uint64_t *row, uint64_t *result) {
  int64_t words = mask_words(width);
  memset(result, 0, (size_t)(height * words) * sizeof(uint64_t));
  for (int64_t y = 0; y < height; y++) {
    memcpy(row, pixels + y * words, (size_t)words * sizeof(uint64_t));
    uint64_t any = 0;
    for (int64_t word = 0; word < words; word++) any |= row[word];
    if (!any) continue;
    int64_t reached = 0;
    for (int64_t distance = count - 1; distance >= 0; distance--) {
      // A row is full before it has been widened as often as it has columns.
      for (; reached < reach[distance] && reached < width; reached++) widen_row(width, row);
      for (int side = distance == 0 ? 1 : -1; side <= 1; side += 2) {
        int64_t target = y + side * distance;
        if (target < 0 || target >= height) continue;
        for (int64_t word = 0; word < words; word++) result[target * words + word] |= row[word];
      }
    }
  }
}
