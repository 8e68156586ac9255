#include "ck_flow.h"

#include <string.h>

#include "flow_level.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

static size_t field_bytes(int64_t width, int64_t height) { return 2 * (size_t)(width * height) * sizeof(float); }

static flow_field field_make(int64_t width, int64_t height) {
  float *u = ck_allocate(field_bytes(width, height));
  return (flow_field){width, height, u, u + width * height};
}

static void field_free(flow_field field) { ck_deallocate(field.u, field_bytes(field.width, field.height)); }

// Twice the size: pixel x of the finer level lies at x/2 − ¼ of the coarser, and is displaced twice as far.
static flow_field doubled(flow_field coarse, int64_t width, int64_t height) {
  flow_field fine = field_make(width, height);
  for (int64_t y = 0; y < height; y++) {
    int64_t y0 = flow_bounded(y / 2, coarse.height), y1 = flow_bounded(y % 2 ? y0 + 1 : y0 - 1, coarse.height);
    for (int64_t x = 0; x < width; x++) {
      int64_t x0 = flow_bounded(x / 2, coarse.width), x1 = flow_bounded(x % 2 ? x0 + 1 : x0 - 1, coarse.width);
      int64_t a = y0 * coarse.width + x0, b = y0 * coarse.width + x1;
      int64_t c = y1 * coarse.width + x0, d = y1 * coarse.width + x1;
      fine.u[y * width + x] = 2 * (9 * coarse.u[a] + 3 * (coarse.u[b] + coarse.u[c]) + coarse.u[d]) / 16;
      fine.v[y * width + x] = 2 * (9 * coarse.v[a] + 3 * (coarse.v[b] + coarse.v[c]) + coarse.v[d]) / 16;
    }
  }
  field_free(coarse);
  return fine;
}

enum { most_levels = 16, least_side = 8 };

void ck_flow_u8(const ck_flow_settings *settings, const uint8_t *first, const uint8_t *second, float *flow) {
  flow_plane pyramids[2][most_levels];
  int64_t levels = 1;
  pyramids[0][0] = flow_plane_of(first, settings->width, settings->height);
  pyramids[1][0] = flow_plane_of(second, settings->width, settings->height);
  for (; levels < most_levels; levels++) {
    flow_plane finer = pyramids[0][levels - 1];
    if (finer.width < 2 * least_side || finer.height < 2 * least_side) break;
    for (int i = 0; i < 2; i++) pyramids[i][levels] = flow_plane_halved(pyramids[i][levels - 1]);
  }

  flow_plane coarsest = pyramids[0][levels - 1];
  flow_field field = field_make(coarsest.width, coarsest.height);
  memset(field.u, 0, field_bytes(field.width, field.height));
  for (int64_t level = levels - 1; level >= 0; level--) {
    const flow_plane *a = &pyramids[0][level], *b = &pyramids[1][level];
    if (level < levels - 1) field = doubled(field, a->width, a->height);
    flow_search(settings, a, b, field);
    flow_refine(settings, a, b, field);
  }
  for (int64_t i = 0; i < field.width * field.height; i++) {
    flow[2 * i] = field.u[i];
    flow[2 * i + 1] = field.v[i];
  }
  field_free(field);
  for (int64_t level = 0; level < levels; level++)
    for (int i = 0; i < 2; i++) flow_plane_free(pyramids[i][level]);
}
