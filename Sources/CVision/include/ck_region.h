#ifndef CK_REGION_H
#define CK_REGION_H

#include <stdint.h>

// Sets the pixels of a polygon, corners x, y, x, y, … that are whole numbers, in a mask [height, width] of zeros, as the
// toolkits of the VOT challenges do: a row's pixels from where an edge meets the row's line to where the next one does,
// both with it. `flat_edges` says whether an edge along the line meets it too.
void ck_fill_polygon(
    int64_t height, int64_t width, int64_t count, const float *corners, int flat_edges, uint8_t *mask);

// How many pixels are set in both of two masks, and in either.
typedef struct {
  int64_t both, either;
} ck_mask_counts;

ck_mask_counts ck_compare_masks(int64_t count, const uint8_t *a, const uint8_t *b);

#endif
