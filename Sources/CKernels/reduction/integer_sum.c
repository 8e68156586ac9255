// Sums of integers, exact in 64 bits.
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "ck_reduction.h"

enum { segment_elements = 1 << 16 };

// The axis is cut into segments, one piece of work each.
typedef struct {
  int64_t reduce, inner, segment, segments;
  const void *x;
  int64_t *partial;  // [outer, segments, inner]
} sum_work;

#define SUMS(type, suffix)                                                                              \
  static CK_CLONES void sum_rows_##suffix(int64_t rows, int64_t width, const type *x, int64_t *sums) {  \
    memset(sums, 0, (size_t)width * sizeof(int64_t));                                                   \
    if (width == 1) {                                                                                   \
      int64_t sum = 0;                                                                                  \
      for (int64_t i = 0; i < rows; i++) sum += x[i];                                                   \
      sums[0] = sum;                                                                                    \
    } else {                                                                                            \
      for (int64_t i = 0; i < rows; i++, x += width) {                                                  \
        for (int64_t j = 0; j < width; j++) sums[j] += x[j];                                            \
      }                                                                                                 \
    }                                                                                                   \
  }                                                                                                     \
                                                                                                        \
  static void sum_segments_##suffix(void *context, int64_t begin, int64_t end) {                        \
    const sum_work *w = context;                                                                        \
    for (int64_t index = begin; index < end; index++) {                                                 \
      int64_t first = index % w->segments * w->segment, outer = index / w->segments;                    \
      int64_t rows = w->reduce - first < w->segment ? w->reduce - first : w->segment;                   \
      const type *x = (const type *)w->x + (outer * w->reduce + first) * w->inner;                      \
      sum_rows_##suffix(rows, w->inner, x, w->partial + index * w->inner);                              \
    }                                                                                                   \
  }

SUMS(int32_t, i32)
SUMS(uint8_t, u8)

bool ck_sum_integers(
    bool bytes, int64_t outer, int64_t reduce, int64_t inner, const void *x, int32_t *y) {
  if (outer == 0 || inner == 0) return true;
  int64_t segment = segment_elements / inner + 1, segments = reduce > 0 ? (reduce + segment - 1) / segment : 1;
  size_t size = (size_t)(outer * segments * inner) * sizeof(int64_t);
  sum_work w = {reduce, inner, segment, segments, x, ck_allocate(size)};
  int64_t piece = (reduce < segment ? reduce : segment) * inner;
  ck_parallel(
      outer * segments, segment_elements / (piece + 1) + 1, &w, bytes ? sum_segments_u8 : sum_segments_i32);
  bool fits = true;
  for (int64_t i = 0; i < outer * inner; i++) {
    const int64_t *sums = w.partial + i / inner * segments * inner + i % inner;
    int64_t sum = 0;
    for (int64_t s = 0; s < segments; s++) sum += sums[s * inner];
    fits &= sum >= INT32_MIN && sum <= INT32_MAX;
    y[i] = (int32_t)sum;
  }
  ck_deallocate(w.partial, size);
  return fits;
}
