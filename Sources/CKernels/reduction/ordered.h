// Integers in the order of the numbers whose bits they are made of: what is sought among them may be sought in any
// order, and so by vectors.
#ifndef ORDERED_H
#define ORDERED_H

#include <stdint.h>
#include <string.h>

#define ORDERED(real, bits_type, suffix)                                                             \
  static inline __attribute__((always_inline)) bits_type bits_##suffix(real x) {                     \
    bits_type bits;                                                                                  \
    memcpy(&bits, &x, sizeof bits);                                                                  \
    return bits;                                                                                     \
  }                                                                                                  \
  static inline __attribute__((always_inline)) real number_##suffix(bits_type bits) {                \
    real x;                                                                                          \
    memcpy(&x, &bits, sizeof x);                                                                     \
    return x;                                                                                        \
  }                                                                                                  \
  /* From bits to their place in the order, and back. */                                             \
  static inline __attribute__((always_inline)) bits_type ordered_##suffix(bits_type bits) {          \
    const int sign = 8 * sizeof bits - 1;                                                            \
    return bits ^ ((bits >> sign) & ~(bits_type)(UINT64_C(1) << sign));                              \
  }

ORDERED(float, int32_t, f32)
ORDERED(double, int64_t, f64)
#undef ORDERED

#endif
