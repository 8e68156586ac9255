#include <math.h>

#include "ck_mask.h"
#include "mask_bits.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

// Each pixel's right neighbour; the last one's is itself.
static inline uint64_t right_of(int64_t width, const uint64_t *row, int64_t word) {
  int64_t words = mask_words(width);
  uint64_t next = word + 1 < words ? row[word + 1] << 63 : 0;
  uint64_t result = row[word] >> 1 | next;
  return word + 1 == words ? result | (row[word] & (uint64_t)1 << (width - 1) % 64) : result;
}

// The pixels that differ from their right, lower or lower-right neighbour; past the last row and column a pixel is
// compared with itself. Returns how many there are.
static int64_t find_boundary(int64_t height, int64_t width, const uint64_t *mask, uint64_t *boundary) {
  int64_t words = mask_words(width), count = 0;
  for (int64_t y = 0; y < height; y++) {
    const uint64_t *here = mask + y * words, *below = y + 1 < height ? here + words : here;
    for (int64_t word = 0; word < words; word++) {
      uint64_t pixels = here[word];
      uint64_t edge = (pixels ^ right_of(width, here, word)) | (pixels ^ below[word])
                      | (pixels ^ right_of(width, below, word));
      boundary[y * words + word] = edge;
      count += __builtin_popcountll(edge);
    }
  }
  return count;
}

void ck_mask_boundary(int64_t height, int64_t width, const uint8_t *mask, uint8_t *boundary) {
  int64_t size = height * mask_words(width);
  size_t bytes = (size_t)(2 * size) * sizeof(uint64_t);
  uint64_t *pixels = ck_allocate(bytes), *edge = pixels + size;
  mask_pack(height, width, 0, mask, pixels);
  find_boundary(height, width, pixels, edge);
  mask_unpack(height, width, edge, boundary);
  ck_deallocate(pixels, bytes);
}

static CK_CLONES int64_t count_common(int64_t words, const uint64_t *a, const uint64_t *b) {
  int64_t count = 0;
  for (int64_t word = 0; word < words; word++) count += __builtin_popcountll(a[word] & b[word]);
  return count;
}

ck_mask_scores ck_mask_score(
    int64_t height, int64_t width, int64_t radius, uint8_t label, const uint8_t *a, const uint8_t *b) {
  int64_t words = mask_words(width), size = height * words;
  size_t bytes = (size_t)(5 * size + words + radius + 1) * sizeof(uint64_t);
  uint64_t *mask_a = ck_allocate(bytes), *mask_b = mask_a + size, *edge_a = mask_b + size, *edge_b = edge_a + size,
           *area = edge_b + size, *row = area + size;
  int64_t *disk = (int64_t *)(row + words);
  for (int64_t distance = 0; distance <= radius; distance++)
    disk[distance] = (int64_t)sqrt((double)(radius * radius - distance * distance));
  mask_pack(height, width, label, a, mask_a);
  mask_pack(height, width, label, b, mask_b);
  ck_mask_scores scores;
  scores.both = count_common(size, mask_a, mask_b);
  scores.either = count_common(size, mask_a, mask_a) + count_common(size, mask_b, mask_b) - scores.both;
  scores.boundary_a = find_boundary(height, width, mask_a, edge_a);
  scores.boundary_b = find_boundary(height, width, mask_b, edge_b);
  mask_dilate(height, width, radius + 1, disk, edge_b, row, area);
  scores.a_near_b = count_common(size, edge_a, area);
  mask_dilate(height, width, radius + 1, disk, edge_a, row, area);
  scores.b_near_a = count_common(size, edge_b, area);
  ck_deallocate(mask_a, bytes);
  return scores;
}
