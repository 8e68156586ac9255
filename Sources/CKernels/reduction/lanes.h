// Many short rows [lanes, steps] turned into [steps, lanes], and back: loops over lanes then meet
// neighbours, as they do along any axis but the last.
#ifndef LANES_H
#define LANES_H

#include <stdint.h>
#include <string.h>

enum { lane_limit = 32, short_row = 64, tile = 8 };

// All `lane_limit` lanes are turned, the first `lanes` of them read or written; where that is not all there are, or a
// row is shorter than a tile, through `rows`, which has room for the lanes and one tile's width more. A square tile is
// turned by interleaving its rows with those half of it away, three times. The last tile of a row overlaps the one
// before; what it writes beyond a short row is overwritten by the next.
#define LANES_TURNED(type, suffix)                                                                 \
  typedef type tile_row_##suffix                                                                   \
      __attribute__((vector_size(tile * sizeof(type)), aligned(sizeof(type)), may_alias));         \
  static inline __attribute__((always_inline)) void tile_turned_##suffix(                          \
      const type *x, int64_t x_stride, type *y, int64_t y_stride) {                                \
    tile_row_##suffix a[tile], b[tile];                                                            \
    for (int i = 0; i < tile; i++) a[i] = *(const tile_row_##suffix *)(x + i * x_stride);          \
    for (int round = 0; round < 3; round++) {                                                      \
      for (int i = 0; i < 4; i++) {                                                                \
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);              \
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);        \
      }                                                                                            \
      memcpy(a, b, sizeof a);                                                                      \
    }                                                                                              \
    for (int i = 0; i < tile; i++) *(tile_row_##suffix *)(y + i * y_stride) = a[i];                \
  }                                                                                                \
  static inline __attribute__((always_inline)) void lanes_turned_##suffix(                         \
      int64_t lanes, int64_t steps, const type *x, type *rows, type *y) {                          \
    const int64_t last = steps > tile ? steps - tile : 0;                                          \
    if (lanes < lane_limit || steps < tile)                                                        \
      x = memcpy(rows, x, (size_t)(lanes * steps) * sizeof(type));                                 \
    for (int64_t i = 0; i < lane_limit; i += tile) {                                               \
      for (int64_t s = 0; s < steps; s += tile) {                                                  \
        const int64_t at = s < last ? s : last;                                                    \
        tile_turned_##suffix(x + i * steps + at, steps, y + at * lane_limit + i, lane_limit);      \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  static inline __attribute__((always_inline)) void lanes_turned_back_##suffix(                    \
      int64_t lanes, int64_t steps, const type *x, type *rows, type *y) {                          \
    const int64_t last = steps > tile ? steps - tile : 0;                                          \
    type *to = lanes < lane_limit || steps < tile ? rows : y;                                      \
    for (int64_t i = 0; i < lane_limit; i += tile) {                                               \
      for (int64_t s = 0; s < steps; s += tile) {                                                  \
        const int64_t at = s < last ? s : last;                                                    \
        tile_turned_##suffix(x + at * lane_limit + i, lane_limit, to + i * steps + at, steps);     \
      }                                                                                            \
    }                                                                                              \
    if (to == rows) memcpy(y, rows, (size_t)(lanes * steps) * sizeof(type));                       \
  }

LANES_TURNED(float, f32)
LANES_TURNED(double, f64)
#undef LANES_TURNED

#endif
