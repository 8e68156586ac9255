#include "flow_plane.h"

#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

static size_t plane_bytes(int64_t width, int64_t height) {
  return (size_t)((width + 2 * flow_margin) * (height + 2 * flow_margin)) * sizeof(float);
}

flow_plane flow_plane_make(int64_t width, int64_t height) {
  int64_t pitch = width + 2 * flow_margin;
  float *block = ck_allocate(plane_bytes(width, height));
  return (flow_plane){width, height, pitch, block + flow_margin * pitch + flow_margin};
}

void flow_plane_free(flow_plane plane) {
  ck_deallocate(plane.pixels - flow_margin * plane.pitch - flow_margin, plane_bytes(plane.width, plane.height));
}

void flow_plane_pad(flow_plane plane) {
  for (int64_t y = 0; y < plane.height; y++) {
    float *row = plane.pixels + y * plane.pitch;
    for (int64_t x = 1; x <= flow_margin; x++) {
      row[-x] = row[0];
      row[plane.width - 1 + x] = row[plane.width - 1];
    }
  }
  size_t bytes = (size_t)plane.pitch * sizeof(float);
  float *top = plane.pixels - flow_margin, *bottom = top + (plane.height - 1) * plane.pitch;
  for (int64_t y = 1; y <= flow_margin; y++) {
    memcpy(top - y * plane.pitch, top, bytes);
    memcpy(bottom + y * plane.pitch, bottom, bytes);
  }
}

flow_plane flow_plane_of(const uint8_t *pixels, int64_t width, int64_t height) {
  flow_plane plane = flow_plane_make(width, height);
  for (int64_t y = 0; y < height; y++)
    for (int64_t x = 0; x < width; x++) plane.pixels[y * plane.pitch + x] = pixels[y * width + x];
  flow_plane_pad(plane);
  return plane;
}

CK_CLONES flow_plane flow_plane_halved(flow_plane fine) {
  flow_plane coarse = flow_plane_make((fine.width + 1) / 2, (fine.height + 1) / 2);
  size_t bytes = (size_t)(fine.width + 4) * sizeof(float);
  float *column = ck_allocate(bytes);
  for (int64_t y = 0; y < coarse.height; y++) {
    const float *a = flow_row(&fine, 2 * y - 1) - 1, *b = a + fine.pitch, *c = b + fine.pitch, *d = c + fine.pitch;
    for (int64_t x = 0; x < fine.width + 4; x++) column[x] = (a[x] + d[x] + 3 * (b[x] + c[x])) / 64;
    float *row = coarse.pixels + y * coarse.pitch;
    for (int64_t x = 0; x < coarse.width; x++) {
      const float *p = column + 2 * x;
      row[x] = p[0] + p[3] + 3 * (p[1] + p[2]);
    }
  }
  ck_deallocate(column, bytes);
  flow_plane_pad(coarse);
  return coarse;
}
