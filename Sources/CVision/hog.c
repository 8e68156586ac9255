#include "ck_hog.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

enum { directions = 18, orientations = 9 };

// Unit vectors at multiples of 20 degrees.
static const float unit_x[orientations] = {1,           0.93969262f,  0.76604444f,  0.5f,        0.17364818f,
                                           -0.17364818f, -0.5f, -0.76604444f, -0.93969262f};
static const float unit_y[orientations] = {0,           0.34202014f, 0.64278761f, 0.86602540f, 0.98480775f,
                                           0.98480775f, 0.86602540f, 0.64278761f, 0.34202014f};

static int64_t clamped(int64_t i, int64_t count) { return i < 0 ? 0 : i < count ? i : count - 1; }

// The gradients of a row, each of the channel where it is largest: their lengths and nearest directions.
CK_CLONES static void row_gradients(
    const uint8_t *restrict above, const uint8_t *restrict row, const uint8_t *restrict below, int64_t width,
    int64_t channels, int64_t colors, float *restrict length, int32_t *restrict direction) {
  for (int64_t x = 0; x < width; x++) {
    int64_t left = (x > 0 ? x - 1 : 0) * channels, right = (x + 1 < width ? x + 1 : x) * channels;
    float dx = 0, dy = 0, largest = -1;
    for (int64_t c = 0; c < colors; c++) {
      float gx = (float)(row[right + c] - row[left + c]), gy = (float)(below[x * channels + c] - above[x * channels + c]);
      float square = gx * gx + gy * gy;
      dx = square > largest ? gx : dx;
      dy = square > largest ? gy : dy;
      largest = square > largest ? square : largest;
    }
    float best = 0;
    int32_t chosen = 0;
    for (int32_t o = 0; o < orientations; o++) {
      float dot = unit_x[o] * dx + unit_y[o] * dy, size = fabsf(dot);
      int32_t signed_o = dot < 0 ? o + orientations : o;
      chosen = size > best ? signed_o : chosen;
      best = size > best ? size : best;
    }
    length[x] = sqrtf(largest);
    direction[x] = chosen;
  }
}

// Spreads a row's gradients over the cells around each pixel. `histograms` has a margin of one cell.
static void spread_row(
    int64_t y, int64_t width, int64_t cell, int64_t pitch, const float *length, const int32_t *direction,
    float *histograms) {
  float v = ((float)y + 0.5f) / (float)cell - 0.5f;
  int64_t row = (int64_t)floorf(v);
  float below = v - (float)row;
  float *line = histograms + (row + 1) * pitch * directions;
  for (int64_t x = 0; x < width; x++) {
    float u = ((float)x + 0.5f) / (float)cell - 0.5f;
    int64_t column = (int64_t)floorf(u);
    float right = u - (float)column, size = length[x];
    float *bin = line + (column + 1) * directions + direction[x];
    bin[0] += (1 - below) * (1 - right) * size;
    bin[directions] += (1 - below) * right * size;
    bin[pitch * directions] += below * (1 - right) * size;
    bin[(pitch + 1) * directions] += below * right * size;
  }
}

// One cell's features from its histogram and the scales of the four blocks that it is part of.
CK_CLONES static void describe_cell(const float *restrict bins, const float scales[4], float *restrict features) {
  float energies[4] = {0, 0, 0, 0};
  for (int o = 0; o < directions; o++) {
    float sum = 0;
    for (int b = 0; b < 4; b++) {
      float value = fminf(bins[o] * scales[b], 0.2f);
      sum += value;
      energies[b] += value;
    }
    features[o] = 0.5f * sum;
  }
  for (int o = 0; o < orientations; o++) {
    float sum = 0;
    for (int b = 0; b < 4; b++) sum += fminf((bins[o] + bins[o + orientations]) * scales[b], 0.2f);
    features[directions + o] = 0.5f * sum;
  }
  for (int b = 0; b < 4; b++) features[directions + orientations + b] = 0.2357f * energies[b];
}

static void describe(const float *histograms, int64_t rows, int64_t columns, float *energy, float *features) {
  int64_t pitch = columns + 2;
  for (int64_t y = 0; y < rows; y++)
    for (int64_t x = 0; x < columns; x++) {
      const float *bins = histograms + ((y + 1) * pitch + x + 1) * directions;
      float sum = 0;
      for (int o = 0; o < orientations; o++) {
        float both = bins[o] + bins[o + orientations];
        sum += both * both;
      }
      energy[y * columns + x] = sum;
    }
  for (int64_t y = 0; y < rows; y++)
    for (int64_t x = 0; x < columns; x++) {
      float scales[4];
      for (int b = 0; b < 4; b++) {
        int64_t u = clamped(x + (b % 2 ? 1 : -1), columns), v = clamped(y + (b / 2 ? 1 : -1), rows);
        float sum = energy[y * columns + x] + energy[y * columns + u] + energy[v * columns + x] + energy[v * columns + u];
        scales[b] = 1 / sqrtf(sum + 1e-4f);
      }
      describe_cell(
          histograms + ((y + 1) * pitch + x + 1) * directions, scales, features + (y * columns + x) * ck_hog_channels);
    }
}

void ck_hog_u8(const uint8_t *source, ck_image_shape shape, int64_t cell, float *features) {
  int64_t rows = shape.height / cell, columns = shape.width / cell;
  int64_t height = rows * cell, width = columns * cell, pitch = columns + 2;
  int64_t bins = (rows + 2) * pitch * directions;
  size_t bytes = (size_t)(bins + rows * columns + 2 * width) * sizeof(float);
  float *histograms = ck_allocate(bytes), *energy = histograms + bins, *length = energy + rows * columns;
  int32_t *direction = (int32_t *)(length + width);
  memset(histograms, 0, (size_t)bins * sizeof(float));
  int64_t line = shape.width * shape.channels, colors = shape.channels < 3 ? 1 : 3;
  for (int64_t y = 0; y < height; y++) {
    const uint8_t *row = source + y * line;
    const uint8_t *above = y > 0 ? row - line : row, *below = y + 1 < shape.height ? row + line : row;
    row_gradients(above, row, below, width, shape.channels, colors, length, direction);
    spread_row(y, width, cell, pitch, length, direction, histograms);
  }
  describe(histograms, rows, columns, energy, features);
  ck_deallocate(histograms, bytes);
}
