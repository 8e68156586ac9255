#include <string.h>

#include "ck_mask.h"
#include "runtime/ck_allocator.h"

typedef struct {
  int64_t height, width;
  const uint8_t *pixels;
} plane;

static inline bool is_set(plane mask, int64_t x, int64_t y) {
  return x >= 0 && x < mask.width && y >= 0 && y < mask.height && mask.pixels[y * mask.width + x];
}

int64_t ck_mask_count_corners(int64_t height, int64_t width, const uint8_t *pixels) {
  plane mask = {height, width, pixels};
  int64_t count = 0;
  for (int64_t y = 0; y <= height; y++) {
    for (int64_t x = 0; x <= width; x++) {
      bool a = is_set(mask, x - 1, y - 1), b = is_set(mask, x, y - 1), c = is_set(mask, x - 1, y),
           d = is_set(mask, x, y);
      // Around a corner one pixel differs from three; two outlines meet where both diagonals are of one kind.
      count += (a + b + c + d) % 2 + 2 * (a == d && b == c && a != b);
    }
  }
  return count;
}

int64_t ck_mask_trace(int64_t height, int64_t width, bool diagonal, const uint8_t *pixels, int32_t *corners,
                      int64_t *ends) {
  // East, south, west, north: a step, and the pixel beyond its end to the right of the way. The one to the left is
  // where the next direction but two has it.
  static const int dx[4] = {1, 0, -1, 0}, dy[4] = {0, 1, 0, -1};
  static const int right_x[4] = {0, -1, -1, 0}, right_y[4] = {0, 0, -1, -1};
  plane mask = {height, width, pixels};
  size_t bytes = (size_t)(height * width);
  uint8_t *passed = ck_allocate(bytes);  // whether an outline along the upper edge of a pixel is known
  memset(passed, 0, bytes);
  int64_t outlines = 0, count = 0;
  for (int64_t row = 0; row < height; row++) {
    for (int64_t column = 0; column < width; column++) {
      // Every outline runs east somewhere, along the upper edge of a pixel.
      if (passed[row * width + column] || !is_set(mask, column, row) || is_set(mask, column, row - 1)) continue;
      int64_t x = column, y = row;
      int direction = 0;
      do {
        if (direction == 0) passed[y * width + x] = 1;
        x += dx[direction];
        y += dy[direction];
        int left = (direction + 3) % 4;
        bool is_right = is_set(mask, x + right_x[direction], y + right_y[direction]);
        bool is_left = is_set(mask, x + right_x[left], y + right_y[left]);
        int turn = is_left && (is_right || diagonal) ? 3 : is_right ? 0 : 1;
        if (turn == 0) continue;
        direction = (direction + turn) % 4;
        corners[2 * count] = (int32_t)x;
        corners[2 * count + 1] = (int32_t)y;
        count++;
      } while (x != column || y != row || direction != 0);
      ends[outlines++] = count;
    }
  }
  ck_deallocate(passed, bytes);
  return outlines;
}
