// How much two masks overlap, and polygons as the toolkits of the VOT challenges turn them into pixels.
#include "ck_mask.h"

#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

// Where an edge meets the line of a row; the edge is not flat.
static inline int64_t meeting(const float *from, const float *to, int64_t y) {
  double x = (double)from[0] + (double)((float)y - from[1]) / (double)(to[1] - from[1]) * (double)(to[0] - from[0]);
  return (int64_t)x;
}

static void insert(int64_t *sorted, int64_t count, int64_t value) {
  for (; count > 0 && sorted[count - 1] > value; count--) sorted[count] = sorted[count - 1];
  sorted[count] = value;
}

void ck_mask_fill_rounded(
    int64_t height, int64_t width, bool flat_edges, int64_t count, const float *corners, uint8_t *mask) {
  int64_t *meetings = ck_allocate((size_t)count * sizeof(int64_t));
  for (int64_t y = 0; y < height; y++) {
    int64_t found = 0;
    for (int64_t corner = 0; corner < count; corner++) {
      const float *from = corners + 2 * corner, *to = corners + 2 * (corner == 0 ? count - 1 : corner - 1);
      float low = from[1] < to[1] ? from[1] : to[1], high = from[1] < to[1] ? to[1] : from[1];
      if ((float)y < low || (float)y > high || (low == high && !flat_edges)) continue;
      insert(meetings, found++, low == high ? (int64_t)from[0] : meeting(from, to, y));
    }
    for (int64_t i = 0; i + 1 < found;) {
      int64_t first = meetings[i], last = meetings[i + 1];
      // A corner on the line counts once: it is met by both of its edges. The last two may be a pixel of their own.
      if (first == last && !(flat_edges && i + 2 == found)) {
        i++;
        continue;
      }
      if (first >= width) break;
      if (first < 0) first = 0;
      if (last >= width) last = width - 1;
      if (last >= first) memset(mask + y * width + first, 1, (size_t)(last - first + 1));
      i += 2;
    }
  }
  ck_deallocate(meetings, (size_t)count * sizeof(int64_t));
}

CK_CLONES ck_overlap_counts ck_mask_compare(int64_t count, const uint8_t *a, const uint8_t *b) {
  ck_overlap_counts counts = {0, 0};
  for (int64_t i = 0; i < count; i++) {
    counts.both += a[i] & b[i];
    counts.either += a[i] | b[i];
  }
  return counts;
}
