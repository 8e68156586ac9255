#include <string.h>

#include "flow_level.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

// The field at each pixel is the mean of the patches over it, so weighted by how well the pixel's grey level fits that
// at a motion boundary the patches of the right side count.

enum { patch = flow_patch };

// Sums over the patches, of the rows that a row of patches covers: row y is the (y mod patch)-th.
typedef struct {
  int64_t pitch;
  float *weight, *u, *v;
} sums;

INLINE void add_patch(const flow_level *level, sums sums, int64_t px, int64_t py, float u, float v) {
  flow_place place = flow_place_at(level->second, (float)px + u, (float)py + v);
  flow_lanes above = flow_row_at(&place, 0);
  for (int64_t i = 0; i < patch; i++) {
    flow_lanes below = flow_row_at(&place, i + 1);
    flow_lanes difference = above - flow_load(flow_row(level->first, py + i) + px) + place.down * (below - above);
    flow_lanes square = difference * difference, least = {4, 4, 4, 4, 4, 4, 4, 4};
    square = __builtin_elementwise_max(square, least);
    flow_lanes weight = 1 / (square * square);
    int64_t at = (py + i) % patch * sums.pitch + px;
    flow_store(sums.weight + at, flow_load(sums.weight + at) + weight);
    flow_store(sums.u + at, flow_load(sums.u + at) + weight * u);
    flow_store(sums.v + at, flow_load(sums.v + at) + weight * v);
    above = below;
  }
}

// The rows of pixels from that where one row of patches begins to that where another does, by way of `scratch`: zeros.
CK_CLONES static void densify(const flow_level *level, int64_t begin, int64_t end, float *scratch) {
  int64_t width = level->first->width, height = level->first->height, pitch = width + patch;
  sums sums = {pitch, scratch, scratch + patch * pitch, scratch + 2 * patch * pitch};
  int64_t top = flow_patch_position(begin, height), row = begin;
  while (row > 0 && flow_patch_position(row - 1, height) + patch > top) row--;
  for (; row < end; row++) {
    int64_t py = flow_patch_position(row, height);
    const float *u = level->patch_u + row * level->columns, *v = level->patch_v + row * level->columns;
    for (int64_t column = 0; column < level->columns; column++)
      add_patch(level, sums, flow_patch_position(column, width), py, u[column], v[column]);
    int64_t next = row + 1 < level->rows ? flow_patch_position(row + 1, height) : height;
    for (int64_t y = py; y < next; y++) {
      float *w = sums.weight + y % patch * pitch, *u = sums.u + y % patch * pitch, *v = sums.v + y % patch * pitch;
      float *to_u = flow_row(&level->field.u, y), *to_v = flow_row(&level->field.v, y);
      for (int64_t x = 0; x < width && y >= top; x++) {
        to_u[x] = u[x] / w[x];
        to_v[x] = v[x] / w[x];
      }
      memset(w, 0, (size_t)pitch * sizeof(float));
      memset(u, 0, (size_t)pitch * sizeof(float));
      memset(v, 0, (size_t)pitch * sizeof(float));
    }
  }
}

void flow_densify_rows(const flow_level *level, int64_t begin, int64_t end) {
  size_t bytes = 3 * patch * (size_t)(level->first->width + patch) * sizeof(float);
  float *scratch = ck_allocate(bytes);
  memset(scratch, 0, bytes);
  densify(level, begin, end, scratch);
  ck_deallocate(scratch, bytes);
}
