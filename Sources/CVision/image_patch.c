#include "ck_image.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

#include <math.h>

// Which source pixels each output pixel of an axis is the weighted sum of: `count` each, repeated beyond the edges.
typedef struct {
  int64_t count;
  int64_t *places;
  float *weights;
} patch_axis;

static int64_t bounded(double position, int64_t length) {
  return (int64_t)fmin(fmax(position, 0), (double)(length - 1));
}

static void fill_axis(const patch_axis *axis, int64_t length, double begin, double extent, int64_t to) {
  double scale = extent / (double)to, reach = fmax(scale, 1);
  for (int64_t i = 0; i < to; i++) {
    double middle = begin + ((double)i + 0.5) * scale - 0.5, first = floor(middle - reach) + 1, total = 0;
    int64_t *places = axis->places + i * axis->count;
    float *weights = axis->weights + i * axis->count;
    for (int64_t k = 0; k < axis->count; k++) {
      double weight = fmax(1 - fabs(first + (double)k - middle) / reach, 0);
      places[k] = bounded(first + (double)k, length);
      weights[k] = (float)weight;
      total += weight;
    }
    for (int64_t k = 0; k < axis->count; k++) weights[k] /= (float)total;
  }
}

static int64_t taps(double extent, int64_t to) { return (int64_t)ceil(2 * fmax(extent / (double)to, 1)) + 1; }

CK_CLONES static void add_row(const uint8_t *restrict source, float weight, int64_t count, float *restrict row) {
  for (int64_t i = 0; i < count; i++) row[i] += weight * source[i];
}

CK_CLONES static void add_columns(
    const float *restrict row, const patch_axis *across, int64_t width, int64_t channels,
    uint8_t *restrict destination) {
  for (int64_t x = 0; x < width; x++) {
    const int64_t *places = across->places + x * across->count;
    const float *weights = across->weights + x * across->count;
    for (int64_t c = 0; c < channels; c++) {
      float sum = 0.5f;
      for (int64_t k = 0; k < across->count; k++) sum += weights[k] * row[places[k] * channels + c];
      *destination++ = (uint8_t)fminf(sum, 255);
    }
  }
}

void ck_image_patch_u8(
    const uint8_t *source, ck_image_shape shape, const double box[4], uint8_t *destination, int64_t width,
    int64_t height) {
  int64_t channels = shape.channels;
  patch_axis across = {.count = taps(box[2], width)}, down = {.count = taps(box[3], height)};
  int64_t total = across.count * width + down.count * height;
  size_t bytes = (size_t)total * (sizeof(int64_t) + sizeof(float)) + (size_t)(shape.width * channels) * sizeof(float);
  across.places = ck_allocate(bytes);
  down.places = across.places + across.count * width;
  across.weights = (float *)(across.places + total);
  down.weights = across.weights + across.count * width;
  float *row = across.weights + total;
  fill_axis(&across, shape.width, box[0], box[2], width);
  fill_axis(&down, shape.height, box[1], box[3], height);
  // Places grow from left to right, so the first and the last bound the columns that count.
  int64_t left = across.places[0] * channels, right = (across.places[across.count * width - 1] + 1) * channels;
  for (int64_t y = 0; y < height; y++) {
    for (int64_t i = left; i < right; i++) row[i] = 0;
    for (int64_t k = y * down.count; k < (y + 1) * down.count; k++)
      if (down.weights[k] > 0)
        add_row(source + down.places[k] * shape.width * channels + left, down.weights[k], right - left, row + left);
    add_columns(row, &across, width, channels, destination + y * width * channels);
  }
  ck_deallocate(across.places, bytes);
}
