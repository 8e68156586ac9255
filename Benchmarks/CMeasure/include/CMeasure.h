#ifndef CMEASURE_H
#define CMEASURE_H

#include <stdint.h>

// What the machine can do at most, for benchmarks to be held against.

/// Copies `count` floats, with all threads.
void ck_measure_copy(int64_t count, const float *x, float *y);

/// Reads `count` floats, with all threads.
void ck_measure_read(int64_t count, const float *x);

/// Runs `rounds` rounds of multiply-adds per thread, on registers alone, with all threads. `width`, 8 or 16, is
/// the number of floats a register variable holds. Returns how many floating-point operations that was.
int64_t ck_measure_multiply_add(int width, int64_t rounds);

#endif
