#include "ck_image.h"
#include "runtime/ck_parallel.h"

#include <math.h>

CK_CLONES void ck_image_channels_u8(const uint8_t *restrict source, int64_t source_channels,
                                    uint8_t *restrict destination, int64_t destination_channels,
                                    int64_t count) {
  for (int64_t i = 0; i < count; i++, source += source_channels, destination += destination_channels) {
    int r = source[0], g = r, b = r;
    if (source_channels >= 3) g = source[1], b = source[2];
    if (destination_channels == 1) {
      // Weights 0.299, 0.587, 0.114 in 16-bit fixed point, rounded.
      destination[0] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
      continue;
    }
    destination[0] = (uint8_t)r;
    destination[1] = (uint8_t)g;
    destination[2] = (uint8_t)b;
    if (destination_channels == 4) destination[3] = source_channels == 4 ? source[3] : 255;
  }
}

CK_CLONES void ck_image_color_matrix_u8(const uint8_t *restrict source, int64_t channels,
                                        uint8_t *restrict destination, int64_t count, const float matrix[9],
                                        float offset) {
  float m[9];
  for (int i = 0; i < 9; i++) m[i] = matrix[i];
  float shift = offset + 0.5f;
  if (channels == 1) {
    for (int64_t i = 0; i < count; i++) {
      float level = m[0] * source[i] + shift;
      destination[i] = (uint8_t)fminf(fmaxf(level, 0), 255);
    }
    return;
  }
  for (int64_t i = 0; i < count; i++, source += channels, destination += channels) {
    float r = source[0], g = source[1], b = source[2];
    float red = m[0] * r + m[1] * g + m[2] * b + shift;
    float green = m[3] * r + m[4] * g + m[5] * b + shift;
    float blue = m[6] * r + m[7] * g + m[8] * b + shift;
    destination[0] = (uint8_t)fminf(fmaxf(red, 0), 255);
    destination[1] = (uint8_t)fminf(fmaxf(green, 0), 255);
    destination[2] = (uint8_t)fminf(fmaxf(blue, 0), 255);
    if (channels == 4) destination[3] = source[3];
  }
}

void ck_image_flip_u8(const uint8_t *restrict source, ck_image_shape shape, uint8_t *restrict destination) {
  int64_t channels = shape.channels;
  for (int64_t y = 0; y < shape.height; y++, source += shape.width * channels)
    for (int64_t x = shape.width - 1; x >= 0; x--)
      for (int64_t c = 0; c < channels; c++) *destination++ = source[x * channels + c];
}

static inline __attribute__((always_inline)) const uint8_t *pixel(const uint8_t *source, ck_image_shape shape,
                                                                  int64_t x, int64_t y, const uint8_t *fill) {
  bool inside = x >= 0 && x < shape.width && y >= 0 && y < shape.height;
  return inside ? source + (y * shape.width + x) * shape.channels : fill;
}

// Positions beyond the source by more than a pixel all look alike; the bound keeps them convertible.
static inline int64_t floor_bounded(double position, int64_t length) {
  return (int64_t)floor(fmin(fmax(position, -2), (double)length + 1));
}

static inline __attribute__((always_inline)) void warp_pixel(const uint8_t *source, ck_image_shape shape,
                                                            uint8_t *destination, double u, double v,
                                                            const uint8_t *fill) {
  int64_t column = floor_bounded(u, shape.width), row = floor_bounded(v, shape.height);
  const uint8_t *p00, *p01, *p10, *p11;
  if (column >= 0 && column + 1 < shape.width && row >= 0 && row + 1 < shape.height) {
    p00 = source + (row * shape.width + column) * shape.channels;
    p01 = p00 + shape.channels;
    p10 = p00 + shape.width * shape.channels;
    p11 = p10 + shape.channels;
  } else {
    p00 = pixel(source, shape, column, row, fill);
    p01 = pixel(source, shape, column + 1, row, fill);
    p10 = pixel(source, shape, column, row + 1, fill);
    p11 = pixel(source, shape, column + 1, row + 1, fill);
  }
  // Where all four are the filling, the weights may be anything but do not matter.
  float right = fminf(fmaxf((float)(u - column), 0), 1), below = fminf(fmaxf((float)(v - row), 0), 1);
  for (int64_t c = 0; c < shape.channels; c++) {
    float top = p00[c] + right * (p01[c] - p00[c]), bottom = p10[c] + right * (p11[c] - p10[c]);
    destination[c] = (uint8_t)(top + below * (bottom - top) + 0.5f);
  }
}

static inline __attribute__((always_inline)) void warp_row(const uint8_t *source, ck_image_shape shape,
                                                          uint8_t *destination, int64_t width, double y,
                                                          const double *m, bool bilinear, const uint8_t *fill) {
  for (int64_t x = 0; x < width; x++, destination += shape.channels) {
    double u = m[0] * (x + 0.5) + m[1] * y + m[2], v = m[3] * (x + 0.5) + m[4] * y + m[5];
    if (bilinear) {
      warp_pixel(source, shape, destination, u - 0.5, v - 0.5, fill);
    } else {
      const uint8_t *nearest =
          pixel(source, shape, floor_bounded(u, shape.width), floor_bounded(v, shape.height), fill);
      for (int64_t c = 0; c < shape.channels; c++) destination[c] = nearest[c];
    }
  }
}

CK_CLONES void ck_image_warp_u8(const uint8_t *restrict source, ck_image_shape shape,
                                uint8_t *restrict destination, int64_t width, int64_t height,
                                const double matrix[6], bool bilinear, const uint8_t *fill) {
  ck_image_shape grey = {shape.width, shape.height, 1}, rgb = {shape.width, shape.height, 3};
  for (int64_t y = 0; y < height; y++, destination += width * shape.channels) {
    switch (shape.channels) {
    case 1: warp_row(source, grey, destination, width, y + 0.5, matrix, bilinear, fill); break;
    case 3: warp_row(source, rgb, destination, width, y + 0.5, matrix, bilinear, fill); break;
    default: warp_row(source, shape, destination, width, y + 0.5, matrix, bilinear, fill); break;
    }
  }
}
