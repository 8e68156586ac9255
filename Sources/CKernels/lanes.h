// Many short rows [lanes, steps] turned into [steps, lanes], and back: loops over lanes then meet
// neighbours, as they do along any axis but the last.
#ifndef LANES_H
#define LANES_H

#include <stdint.h>

enum { lane_limit = 32, short_row = 64 };

#define LANES_TURNED(type, suffix)                                                                 \
  static inline void lanes_turned_##suffix(                                                        \
      int64_t lanes, int64_t steps, const type *x, type *y) {                                      \
    if (lanes == lane_limit) {                                                                     \
      for (int64_t s = 0; s < steps; s++) {                                                        \
        for (int64_t i = 0; i < lane_limit; i++) y[s * lane_limit + i] = x[i * steps + s];         \
      }                                                                                            \
    } else {                                                                                       \
      for (int64_t s = 0; s < steps; s++) {                                                        \
        for (int64_t i = 0; i < lanes; i++) y[s * lane_limit + i] = x[i * steps + s];              \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  static inline void lanes_turned_back_##suffix(                                                   \
      int64_t lanes, int64_t steps, const type *x, type *y) {                                      \
    for (int64_t i = 0; i < lanes; i++) {                                                          \
      for (int64_t s = 0; s < steps; s++) y[i * steps + s] = x[s * lane_limit + i];                \
    }                                                                                              \
  }

LANES_TURNED(float, f32)
LANES_TURNED(double, f64)
#undef LANES_TURNED

#endif
