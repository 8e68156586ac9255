#ifndef CK_IMAGE_H
#define CK_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

// Pixels of 8 bits, rows from the top left, channels last. These run on the calling thread alone:
// images are prepared beside a training step, which owns the pool of threads.

typedef struct {
  int64_t width, height, channels;
} ck_image_shape;

typedef enum { CK_NEAREST, CK_BILINEAR, CK_AREA } ck_image_filter;

/// Converts `count` pixels from 1, 3 or 4 channels to 1 (BT.601 luma), 3 or 4 (opaque where alpha is new).
void ck_image_channels_u8(const uint8_t *source, int64_t source_channels, uint8_t *destination,
                          int64_t destination_channels, int64_t count);

/// Resamples to width × height, both images covering the same square: pixel centres are at halves.
/// CK_AREA averages what an output pixel covers, along an axis that shrinks; elsewhere it is bilinear.
void ck_image_resize_u8(const uint8_t *source, ck_image_shape shape, uint8_t *destination, int64_t width,
                        int64_t height, ck_image_filter filter);

/// What the box (x, y, width, height) shows, at width × height: each output pixel is a mean of what lies around it,
/// weighted by a triangle that reaches to its neighbours'. Beyond the source its edge is repeated.
void ck_image_patch_u8(const uint8_t *source, ck_image_shape shape, const double box[4], uint8_t *destination,
                       int64_t width, int64_t height);

/// destination(x, y) = source(m[0] x + m[1] y + m[2], m[3] x + m[4] y + m[5]), pixel centres at halves,
/// nearest or bilinear; `fill` (one value per channel) lies outside the source.
void ck_image_warp_u8(const uint8_t *source, ck_image_shape shape, uint8_t *destination, int64_t width,
                      int64_t height, const double matrix[6], bool bilinear, const uint8_t *fill);

/// Multiplies the colours of RGB or RGBA pixels by a 3×3 matrix, row by row, adds `offset` to each and
/// clamps; with 1 channel only matrix[0] counts. Alpha stays.
void ck_image_color_matrix_u8(const uint8_t *source, int64_t channels, uint8_t *destination, int64_t count,
                              const float matrix[9], float offset);

/// The colours of RGB pixels in CIE 1976 L*a*b* (D65), a hundredth of its units.
void ck_image_lab_u8(const uint8_t *source, float *destination, int64_t count);

/// Which of the levels 0…255 occur.
void ck_image_levels_u8(const uint8_t *samples, int64_t count, bool seen[256]);

/// The level that a table has for each.
void ck_image_replace_u8(const uint8_t *samples, int64_t count, const uint8_t table[256], uint8_t *destination);

/// Mirrors each row.
void ck_image_flip_u8(const uint8_t *source, ck_image_shape shape, uint8_t *destination);

#endif
