#include "flow_plane.h"

#include <string.h>

#include "runtime/ck_allocator.h"

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
