#include "ck_mask.h"
#include "runtime/ck_parallel.h"

void ck_mask_extents(int64_t height, int64_t width, const uint8_t *mask, int64_t *first, int64_t *last) {
  for (int64_t y = 0; y < height; y++, mask += width) {
    int64_t left = 0, right = width - 1;
    while (left < width && !mask[left]) left++;
    while (right >= left && !mask[right]) right--;
    first[y] = left;
    last[y] = left < width ? right : -1;
  }
}

CK_CLONES void ck_mask_moments(int64_t height, int64_t width, const uint8_t *mask, double sums[6]) {
  for (int i = 0; i < 6; i++) sums[i] = 0;
  for (int64_t y = 0; y < height; y++, mask += width) {
    int64_t n = 0, x1 = 0, x2 = 0;
    for (int64_t x = 0; x < width; x++) {
      n += mask[x];
      x1 += mask[x] * x;
      x2 += mask[x] * x * x;
    }
    double row[6] = {n, x1, n * y, x2, x1 * y, n * y * y};
    for (int i = 0; i < 6; i++) sums[i] += row[i];
  }
}
