#include "ck_mask.h"

// While sets are united, a pixel's label is the index of another of its set that comes before it, or its own for the
// first of a set; -1 where the mask is not set.
static int32_t first_of_set(int32_t *labels, int32_t pixel) {
  while (labels[pixel] != pixel) pixel = labels[pixel] = labels[labels[pixel]];
  return pixel;
}

static void unite(int32_t *labels, int32_t a, int32_t b) {
  a = first_of_set(labels, a);
  b = first_of_set(labels, b);
  if (a < b) labels[b] = a;
  if (b < a) labels[a] = b;
}

int64_t ck_mask_label(int64_t height, int64_t width, bool diagonal, const uint8_t *mask, int32_t *labels) {
  int32_t pixel = 0, row = (int32_t)width;
  for (int64_t y = 0; y < height; y++) {
    for (int64_t x = 0; x < width; x++, pixel++) {
      labels[pixel] = mask[pixel] ? pixel : -1;
      if (!mask[pixel]) continue;
      bool above = y > 0 && mask[pixel - row];
      if (x > 0 && mask[pixel - 1]) unite(labels, pixel, pixel - 1);
      if (above) unite(labels, pixel, pixel - row);
      // The pixel above, where set, is connected with those beside it already.
      if (!diagonal || above || y == 0) continue;
      if (x > 0 && mask[pixel - row - 1]) unite(labels, pixel, pixel - row - 1);
      if (x + 1 < width && mask[pixel - row + 1]) unite(labels, pixel, pixel - row + 1);
    }
  }
  // The pixel that a label names comes first, so that it has its set's number already.
  int32_t count = 0;
  for (pixel = 0; pixel < height * width; pixel++) {
    if (labels[pixel] < 0)
      labels[pixel] = 0;
    else
      labels[pixel] = labels[pixel] == pixel ? ++count : labels[labels[pixel]];
  }
  return count;
}

void ck_mask_components(int64_t height, int64_t width, const int32_t *labels, int64_t count, ck_component *components) {
  for (int64_t i = 0; i < count; i++) components[i] = (ck_component){.left = width, .right = -1, .top = height};
  for (int64_t y = 0; y < height; y++) {
    for (int64_t x = 0; x < width; x++, labels++) {
      if (!*labels) continue;
      ck_component *component = components + *labels - 1;
      component->area++;
      if (x < component->left) component->left = x;
      if (x > component->right) component->right = x;
      if (y < component->top) component->top = y;
      component->bottom = y;
    }
  }
}
