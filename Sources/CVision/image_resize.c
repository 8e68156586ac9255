#include "runtime/ck_allocator.h"
#include "ck_image.h"
#include "runtime/ck_parallel.h"

#include <math.h>
#include <string.h>

// Which source pixels one output pixel is the weighted sum of, along one axis.
typedef struct {
  int64_t first, count;
  const float *weights;
} taps;

static int64_t maximum_taps(int64_t from, int64_t to) { return from / to + 3; }

static int64_t area_taps(double scale, int64_t from, int64_t i, int64_t *first, float *weights) {
  double begin = i * scale, end = begin + scale;
  *first = (int64_t)begin;
  int64_t count = 0;
  float total = 0;
  for (int64_t k = *first; k < from && k < end; k++) {
    double covered = fmin(end, k + 1) - fmax(begin, k);
    total += weights[count++] = (float)covered;
  }
  for (int64_t k = 0; k < count; k++) weights[k] /= total;
  return count;
}

static int64_t bilinear_taps(double scale, int64_t from, int64_t i, int64_t *first, float *weights) {
  double position = fmin(fmax((i + 0.5) * scale - 0.5, 0), (double)(from - 1));
  *first = (int64_t)position;
  weights[1] = (float)(position - *first);
  weights[0] = 1 - weights[1];
  return *first + 1 < from ? 2 : 1;
}

static void find_taps(int64_t from, int64_t to, ck_image_filter filter, taps *axis, float *weights) {
  double scale = (double)from / to;
  for (int64_t i = 0; i < to; i++, weights += maximum_taps(from, to)) {
    axis[i].weights = weights;
    axis[i].count = filter == CK_AREA && scale > 1 ? area_taps(scale, from, i, &axis[i].first, weights)
                                                   : bilinear_taps(scale, from, i, &axis[i].first, weights);
  }
}

// Whole rows first: that sum runs over contiguous memory, and the one across then reads a single row.
static inline __attribute__((always_inline)) void add_rows(const uint8_t *source, int64_t length, taps down,
                                                           float *row) {
  const uint8_t *a = source + down.first * length;
  if (down.count == 1) {
    for (int64_t j = 0; j < length; j++) row[j] = a[j];
    return;
  }
  const uint8_t *b = a + length;
  float u = down.weights[0], v = down.weights[1];
  for (int64_t j = 0; j < length; j++) row[j] = u * a[j] + v * b[j];
  for (int64_t k = 2; k < down.count; k++) {
    const uint8_t *more = a + k * length;
    float w = down.weights[k];
    for (int64_t j = 0; j < length; j++) row[j] += w * more[j];
  }
}

static inline __attribute__((always_inline)) void add_columns(const float *row, const taps *across,
                                                              int64_t width, int channels,
                                                              uint8_t *destination) {
  for (int64_t x = 0; x < width; x++, destination += channels) {
    const float *p = row + across[x].first * channels;
    float sum[4] = {0.5f, 0.5f, 0.5f, 0.5f};
    for (int64_t k = 0; k < across[x].count; k++, p += channels)
      for (int c = 0; c < channels; c++) sum[c] += across[x].weights[k] * p[c];
    for (int c = 0; c < channels; c++) destination[c] = (uint8_t)fminf(sum[c], 255);
  }
}

CK_CLONES static void resize_rows(const uint8_t *restrict source, ck_image_shape shape,
                                  uint8_t *restrict destination, int64_t width, int64_t height,
                                  const taps *down, const taps *across, float *restrict row) {
  for (int64_t y = 0; y < height; y++) {
    uint8_t *line = destination + y * width * shape.channels;
    add_rows(source, shape.width * shape.channels, down[y], row);
    switch (shape.channels) {
    case 1: add_columns(row, across, width, 1, line); break;
    case 3: add_columns(row, across, width, 3, line); break;
    default: add_columns(row, across, width, 4, line); break;
    }
  }
}

static void resize_nearest(const uint8_t *source, ck_image_shape shape, uint8_t *destination, int64_t width,
                           int64_t height) {
  int64_t channels = shape.channels;
  size_t bytes = width * sizeof(int64_t);
  int64_t *offsets = ck_allocate(bytes);
  for (int64_t x = 0; x < width; x++) offsets[x] = (2 * x + 1) * shape.width / (2 * width) * channels;
  for (int64_t y = 0; y < height; y++) {
    const uint8_t *line = source + (2 * y + 1) * shape.height / (2 * height) * shape.width * channels;
    if (channels == 1) {
      for (int64_t x = 0; x < width; x++) *destination++ = line[offsets[x]];
    } else {
      for (int64_t x = 0; x < width; x++)
        for (int64_t c = 0; c < channels; c++) *destination++ = line[offsets[x] + c];
    }
  }
  ck_deallocate(offsets, bytes);
}

void ck_image_resize_u8(const uint8_t *source, ck_image_shape shape, uint8_t *destination, int64_t width,
                        int64_t height, ck_image_filter filter) {
  if (filter == CK_NEAREST) {
    resize_nearest(source, shape, destination, width, height);
    return;
  }
  int64_t across = width * maximum_taps(shape.width, width), down = height * maximum_taps(shape.height, height);
  size_t axes_bytes = (width + height) * sizeof(taps);
  size_t bytes = axes_bytes + (across + down + shape.width * shape.channels) * sizeof(float);
  taps *axes = ck_allocate(bytes);
  float *weights = (float *)(axes + width + height);
  find_taps(shape.width, width, filter, axes, weights);
  find_taps(shape.height, height, filter, axes + width, weights + across);
  resize_rows(source, shape, destination, width, height, axes + width, axes, weights + across + down);
  ck_deallocate(axes, bytes);
}
