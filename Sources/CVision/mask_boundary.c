#include <math.h>
#include <string.h>

#include "ck_mask.h"
#include "mask_bits.h"
#include "runtime/ck_allocator.h"

// Each pixel's right neighbour; the last one's is itself.
static inline uint64_t right_of(int64_t width, const uint64_t *row, int64_t word) {
  int64_t words = mask_words(width);
  uint64_t next = word + 1 < words ? row[word + 1] << 63 : 0;
  uint64_t result = row[word] >> 1 | next;
  return word + 1 == words ? result | (row[word] & (uint64_t)1 << (width - 1) % 64) : result;
}

// The pixels that differ from their right, lower or lower-right neighbour; past the last row and column a pixel is
// compared with itself. Returns how many there are; `rows` is for two rows' words.
static int64_t find_boundary(int64_t height, int64_t width, const uint8_t *mask, uint64_t *rows, uint64_t *boundary) {
  int64_t words = mask_words(width), count = 0;
  mask_pack_row(width, mask, rows);
  for (int64_t y = 0; y < height; y++) {
    uint64_t *here = rows + y % 2 * words, *below = y + 1 < height ? rows + (y + 1) % 2 * words : here;
    if (below != here) mask_pack_row(width, mask + (y + 1) * width, below);
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
  int64_t words = mask_words(width), size = height * words;
  size_t bytes = (size_t)(size + 2 * words) * sizeof(uint64_t);
  uint64_t *edge = ck_allocate(bytes);
  find_boundary(height, width, mask, edge + size, edge);
  mask_unpack(height, width, edge, boundary);
  ck_deallocate(edge, bytes);
}

static int64_t count_common(int64_t words, const uint64_t *a, const uint64_t *b) {
  int64_t count = 0;
  for (int64_t word = 0; word < words; word++) count += __builtin_popcountll(a[word] & b[word]);
  return count;
}

ck_boundary_counts ck_mask_compare_boundaries(
    int64_t height, int64_t width, int64_t radius, const uint8_t *a, const uint8_t *b) {
  int64_t words = mask_words(width), size = height * words;
  size_t bytes = (size_t)(3 * size + 2 * words + radius + 1) * sizeof(uint64_t);
  uint64_t *edge_a = ck_allocate(bytes), *edge_b = edge_a + size, *area = edge_b + size, *rows = area + size;
  int64_t *disk = (int64_t *)(rows + 2 * words);
  for (int64_t distance = 0; distance <= radius; distance++)
    disk[distance] = (int64_t)sqrt((double)(radius * radius - distance * distance));
  ck_boundary_counts counts;
  counts.a = find_boundary(height, width, a, rows, edge_a);
  counts.b = find_boundary(height, width, b, rows, edge_b);
  mask_dilate(height, width, radius + 1, disk, edge_b, rows, area);
  counts.a_near_b = count_common(size, edge_a, area);
  mask_dilate(height, width, radius + 1, disk, edge_a, rows, area);
  counts.b_near_a = count_common(size, edge_b, area);
  ck_deallocate(edge_a, bytes);
  return counts;
}
