#ifndef CK_MASK_H
#define CK_MASK_H

#include <stdbool.h>
#include <stdint.h>

// Masks [height, width] of bytes 0 and 1. These run on the calling thread alone.

typedef struct {
  int64_t both, either;            // how many pixels are set in both masks, and in one at least
  int64_t boundary_a, boundary_b;  // how many pixels the boundary of each mask has
  int64_t a_near_b, b_near_a;      // how many of them lie within a radius of the other's
} ck_mask_scores;

/// Compares the masks of two maps of labels: the pixels of one label, or of any but 0 where `label` is 0. A boundary is
/// made of the pixels that differ from their right, lower or lower-right neighbour.
ck_mask_scores ck_mask_score(int64_t height, int64_t width, int64_t radius, uint8_t label, const uint8_t *a,
                             const uint8_t *b);

/// The boundary of a mask.
void ck_mask_boundary(int64_t height, int64_t width, const uint8_t *mask, uint8_t *boundary);

/// The pixels that a shape around some set pixel covers: in the rows `distance` above and below its middle it reaches
/// `reach[distance]` columns to each side, no less in the nearer rows than in the further of the `count`.
void ck_mask_dilate(int64_t height, int64_t width, int64_t count, const int64_t *reach, const uint8_t *mask,
                    uint8_t *result);
/// The pixels around which the shape covers no pixel that is not set.
void ck_mask_erode(int64_t height, int64_t width, int64_t count, const int64_t *reach, const uint8_t *mask,
                   uint8_t *result);

/// Numbers the connected sets of pixels from 1 on, in the order of their first pixels, with diagonal neighbours
/// connected or not; 0 elsewhere. Returns how many there are.
int64_t ck_mask_label(int64_t height, int64_t width, bool diagonal, const uint8_t *mask, int32_t *labels);

typedef struct {
  int64_t area, left, right, top, bottom;  // the first and last column and row
} ck_component;

/// What the labels 1…count cover.
void ck_mask_components(int64_t height, int64_t width, const int32_t *labels, int64_t count, ck_component *components);

/// The corners of all outlines of a mask, which run along the edges of pixels.
int64_t ck_mask_count_corners(int64_t height, int64_t width, const uint8_t *mask);
/// Follows the outlines, the mask on their right: clockwise on the screen around a set of pixels, the other way around a
/// hole; where two set pixels touch in a corner only, through between them unless `diagonal` connects them. `corners`
/// gets (x, y) one outline after the other, `ends` how many corners there are up to the end of each. Returns how many
/// outlines there are, at most a quarter of the corners.
int64_t ck_mask_trace(int64_t height, int64_t width, bool diagonal, const uint8_t *mask, int32_t *corners,
                      int64_t *ends);

/// Sets the pixels whose centres lie inside polygons of finite corners (x, y), pixel centres at halves; a centre on an
/// edge belongs to what lies to the right of it, or below. `ends` are as above. Inside is where polygons wind around,
/// or where `even_odd` an odd number of edges is crossed.
void ck_mask_fill(int64_t height, int64_t width, bool even_odd, int64_t count, const int64_t *ends,
                  const double *corners, uint8_t *mask);

/// Sets the pixels of a polygon of `count` corners (x, y), whole numbers, in a mask of zeros, as the toolkits of the VOT
/// challenges do: a row's pixels from where an edge meets its line to where the next one does, both with it. `flat_edges`:
/// an edge along the line meets it too.
void ck_mask_fill_rounded(int64_t height, int64_t width, bool flat_edges, int64_t count, const float *corners,
                          uint8_t *mask);

typedef struct {
  int64_t both, either;  // how many pixels are set in both masks, and in one at least
} ck_overlap_counts;

/// Compares two masks of `count` pixels.
ck_overlap_counts ck_mask_compare(int64_t count, const uint8_t *a, const uint8_t *b);

/// The first and last set column of each row; `width` and -1 where none is.
void ck_mask_extents(int64_t height, int64_t width, const uint8_t *mask, int64_t *first, int64_t *last);

/// The sums of 1, x, y, x², xy, y² over the columns x and rows y of the set pixels.
void ck_mask_moments(int64_t height, int64_t width, const uint8_t *mask, double sums[6]);

#endif
