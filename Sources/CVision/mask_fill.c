#include <math.h>
#include <string.h>

#include "ck_mask.h"
#include "runtime/ck_allocator.h"

// The first pixel whose centre is at or beyond a position.
static inline int64_t first_from(double position, int64_t length) {
  return (int64_t)fmin(fmax(ceil(position - 0.5), 0), (double)length);
}

// Notes, for each row whose centre an edge crosses, where and which way. Run from the upper end, so that polygons on
// both sides of an edge agree about it.
static void cross(int64_t height, int64_t width, const double *from, const double *to, int32_t *crossings) {
  int32_t winding = from[1] < to[1] ? 1 : -1;
  const double *upper = winding > 0 ? from : to, *lower = winding > 0 ? to : from;
  double slope = (lower[0] - upper[0]) / (lower[1] - upper[1]);
  int64_t end = first_from(lower[1], height);
  for (int64_t y = first_from(upper[1], height); y < end; y++) {
    double x = upper[0] + (y + 0.5 - upper[1]) * slope;
    crossings[y * (width + 1) + first_from(x, width)] += winding;
  }
}

void ck_mask_fill(int64_t height, int64_t width, bool even_odd, int64_t count, const int64_t *ends,
                  const double *corners, uint8_t *mask) {
  size_t bytes = (size_t)(height * (width + 1)) * sizeof(int32_t);
  int32_t *crossings = ck_allocate(bytes);
  memset(crossings, 0, bytes);
  for (int64_t polygon = 0, begin = 0; polygon < count; begin = ends[polygon++])
    for (int64_t i = begin; i < ends[polygon]; i++)
      cross(height, width, corners + 2 * i, corners + 2 * (i + 1 < ends[polygon] ? i + 1 : begin), crossings);
  for (int64_t y = 0; y < height; y++) {
    const int32_t *row = crossings + y * (width + 1);
    int32_t winding = 0;
    for (int64_t x = 0; x < width; x++) {
      winding += row[x];
      *mask++ = even_odd ? winding & 1 : winding != 0;
    }
  }
  ck_deallocate(crossings, bytes);
}
