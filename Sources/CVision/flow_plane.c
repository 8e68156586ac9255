#include "flow_plane.h"

#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

enum { grain_rows = 32 };

static size_t plane_bytes(int64_t pitch, int64_t height) {
  return (size_t)(pitch * (height + 2 * flow_margin)) * sizeof(float);
}

flow_plane flow_plane_make(int64_t width, int64_t height) {
  int64_t pitch = (width + flow_margin - 1) / flow_margin * flow_margin + 2 * flow_margin;
  float *block = ck_allocate(plane_bytes(pitch, height));
  return (flow_plane){width, height, pitch, block + flow_margin * pitch + flow_margin};
}

void flow_plane_free(flow_plane plane) {
  ck_deallocate(plane.pixels - flow_margin * plane.pitch - flow_margin, plane_bytes(plane.pitch, plane.height));
}

// Repeats the ends of row y into the margin, and the row itself above or below the image where it is the last.
INLINE void pad_row(const flow_plane *plane, int64_t y) {
  float *row = flow_row(plane, y);
  for (int64_t x = 1; x <= flow_margin; x++) {
    row[-x] = row[0];
    row[plane->width - 1 + x] = row[plane->width - 1];
  }
  size_t bytes = (size_t)plane->pitch * sizeof(float);
  for (int64_t i = 1; i <= flow_margin; i++) {
    if (y == 0) memcpy(row - flow_margin - i * plane->pitch, row - flow_margin, bytes);
    if (y == plane->height - 1) memcpy(row - flow_margin + i * plane->pitch, row - flow_margin, bytes);
  }
}

typedef struct {
  const uint8_t *pixels;
  flow_plane plane;
} conversion;

CK_CLONES static void convert_rows(void *context, int64_t begin, int64_t end) {
  const conversion *work = context;
  int64_t width = work->plane.width;
  for (int64_t y = begin; y < end; y++) {
    const uint8_t *pixels = work->pixels + y * width;
    float *row = flow_row(&work->plane, y);
    for (int64_t x = 0; x < width; x++) row[x] = pixels[x];
    pad_row(&work->plane, y);
  }
}

flow_plane flow_plane_of(const uint8_t *pixels, int64_t width, int64_t height) {
  conversion work = {pixels, flow_plane_make(width, height)};
  ck_parallel(height, grain_rows, &work, convert_rows);
  return work.plane;
}

typedef struct {
  flow_plane fine, coarse;
} halving;

CK_CLONES static void halve_rows(void *context, int64_t begin, int64_t end) {
  const halving *work = context;
  const flow_plane *fine = &work->fine, *coarse = &work->coarse;
  size_t bytes = (size_t)(fine->width + 4) * sizeof(float);
  float *column = ck_allocate(bytes);
  for (int64_t y = begin; y < end; y++) {
    const float *a = flow_row(fine, 2 * y - 1) - 1, *b = a + fine->pitch, *c = b + fine->pitch, *d = c + fine->pitch;
    for (int64_t x = 0; x < fine->width + 4; x++) column[x] = (a[x] + d[x] + 3 * (b[x] + c[x])) / 64;
    float *row = flow_row(coarse, y);
    for (int64_t x = 0; x < coarse->width; x++) {
      const float *p = column + 2 * x;
      row[x] = p[0] + p[3] + 3 * (p[1] + p[2]);
    }
    pad_row(coarse, y);
  }
  ck_deallocate(column, bytes);
}

flow_plane flow_plane_halved(flow_plane fine) {
  halving work = {fine, flow_plane_make((fine.width + 1) / 2, (fine.height + 1) / 2)};
  ck_parallel(work.coarse.height, grain_rows, &work, halve_rows);
  return work.coarse;
}
