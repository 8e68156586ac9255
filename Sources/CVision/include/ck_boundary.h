#ifndef CK_BOUNDARY_H
#define CK_BOUNDARY_H

#include <stdint.h>

// The boundary of a mask [height, width] of 0 and 1 is made of the pixels that differ from their right, lower or
// lower-right neighbour.
typedef struct {
  int64_t a, b;                // how many pixels the boundary of each mask has
  int64_t a_near_b, b_near_a;  // how many of them lie within a radius of the other's
} ck_boundary_counts;

ck_boundary_counts ck_compare_boundaries(
    int64_t height, int64_t width, int64_t radius, const uint8_t *a, const uint8_t *b);

#endif
