// Boundaries of masks, 64 pixels a word: pixel x of a row is bit x % 64 of word x / 64, bits beyond the row are 0.
#include "ck_boundary.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

// Eight bytes that are 0 or 1 as eight bits.
static inline uint64_t packed(const uint8_t *bytes) {
  uint64_t eight;
  memcpy(&eight, bytes, sizeof eight);
  return (eight * 0x0102040810204080) >> 56;
}

static void pack_row(int64_t width, const uint8_t *mask, uint64_t *row) {
  int64_t words = (width + 63) / 64;
  memset(row, 0, (size_t)words * sizeof(uint64_t));
  int64_t x = 0;
  for (; x + 8 <= width; x += 8) row[x / 64] |= packed(mask + x) << x % 64;
  for (; x < width; x++) row[x / 64] |= (uint64_t)(mask[x] != 0) << x % 64;
}

// Each pixel's right neighbour; the last one's is itself.
static inline uint64_t right_of(int64_t width, const uint64_t *row, int64_t word) {
  int64_t words = (width + 63) / 64;
  uint64_t next = word + 1 < words ? row[word + 1] << 63 : 0;
  uint64_t result = row[word] >> 1 | next;
  return word + 1 == words ? result | (row[word] & (uint64_t)1 << (width - 1) % 64) : result;
}

// The pixels that differ from their right, lower or lower-right neighbour; past the last row and column a pixel is
// compared with itself.
static int64_t find_boundary(int64_t height, int64_t width, const uint8_t *mask, uint64_t *rows, uint64_t *boundary) {
  int64_t words = (width + 63) / 64, count = 0;
  pack_row(width, mask, rows);
  for (int64_t y = 0; y < height; y++) {
    uint64_t *here = rows + y % 2 * words, *below = y + 1 < height ? rows + (y + 1) % 2 * words : here;
    if (below != here) pack_row(width, mask + (y + 1) * width, below);
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

// Grows the set pixels of a row by one to each side.
static void widen_row(int64_t width, uint64_t *row) {
  int64_t words = (width + 63) / 64;
  uint64_t before = 0;
  for (int64_t word = 0; word < words; word++) {
    uint64_t here = row[word], after = word + 1 < words ? row[word + 1] << 63 : 0;
    row[word] = here | here << 1 | before >> 63 | here >> 1 | after;
    before = here;
  }
  if (width % 64 != 0) row[words - 1] &= ((uint64_t)1 << width % 64) - 1;
}

// The pixels within `radius` of a set one.
static CK_CLONES void dilate(
    int64_t height, int64_t width, int64_t radius, const uint64_t *pixels, uint64_t *row, uint64_t *result) {
  int64_t words = (width + 63) / 64;
  memset(result, 0, (size_t)(height * words) * sizeof(uint64_t));
  for (int64_t y = 0; y < height; y++) {
    memcpy(row, pixels + y * words, (size_t)words * sizeof(uint64_t));
    uint64_t any = 0;
    for (int64_t word = 0; word < words; word++) any |= row[word];
    if (!any) continue;
    // A disk is as wide as it is narrow in the rows furthest away.
    int64_t width_now = 0;
    for (int64_t distance = radius; distance >= 0; distance--) {
      int64_t reach = (int64_t)sqrt((double)(radius * radius - distance * distance));
      for (; width_now < reach; width_now++) widen_row(width, row);
      for (int side = distance == 0 ? 1 : -1; side <= 1; side += 2) {
        int64_t target = y + side * distance;
        if (target < 0 || target >= height) continue;
        for (int64_t word = 0; word < words; word++) result[target * words + word] |= row[word];
      }
    }
  }
}

static int64_t count_common(int64_t words, const uint64_t *a, const uint64_t *b) {
  int64_t count = 0;
  for (int64_t word = 0; word < words; word++) count += __builtin_popcountll(a[word] & b[word]);
  return count;
}

ck_boundary_counts ck_compare_boundaries(
    int64_t height, int64_t width, int64_t radius, const uint8_t *a, const uint8_t *b) {
  int64_t words = (width + 63) / 64, size = height * words;
  size_t bytes = (size_t)(3 * size + 2 * words) * sizeof(uint64_t);
  uint64_t *edge_a = ck_allocate(bytes), *edge_b = edge_a + size, *area = edge_b + size, *rows = area + size;
  ck_boundary_counts counts;
  counts.a = find_boundary(height, width, a, rows, edge_a);
  counts.b = find_boundary(height, width, b, rows, edge_b);
  dilate(height, width, radius, edge_b, rows, area);
  counts.a_near_b = count_common(size, edge_a, area);
  dilate(height, width, radius, edge_a, rows, area);
  counts.b_near_a = count_common(size, edge_b, area);
  ck_deallocate(edge_a, bytes);
  return counts;
}
