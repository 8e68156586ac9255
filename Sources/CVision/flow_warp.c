#include <string.h>

#include "flow_level.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

// The second image, warped by a flow. Flow is smooth: the pixels of a row come in runs whose surroundings lie side by side
// as they do themselves. So they are read run by run, in all lanes; the results beyond a run's end are overwritten by the
// next run's.

enum { lanes = 8 };

typedef struct {
  int32_t *index;      // of the upper left of the four pixels around
  float *right, *down; // how far it is from there
  uint8_t *joined;     // whether the next pixel is of the same run
} path;

static size_t path_bytes(int64_t width) {
  return (size_t)(width + lanes) * (sizeof(int32_t) + 2 * sizeof(float) + 1);
}

static path path_in(void *scratch, int64_t width) {
  float *right = scratch, *down = right + width + lanes;
  int32_t *index = (int32_t *)(down + width + lanes);
  return (path){index, right, down, (uint8_t *)(index + width + lanes)};
}

INLINE void find_path(const flow_level *level, int64_t y, path path) {
  int64_t width = level->first->width;
  int32_t pitch = (int32_t)level->second->pitch;
  float last_x = (float)(width - 1), last_y = (float)(level->first->height - 1);
  const float *u = flow_row(&level->warp.u, y), *v = flow_row(&level->warp.v, y);
  VECTORISED
  for (int64_t x = 0; x < width; x++) {
    float px = (float)(int32_t)x + u[x], py = (float)y + v[x];
    px = px > 0 ? px : 0;
    py = py > 0 ? py : 0;
    px = px < last_x ? px : last_x;
    py = py < last_y ? py : last_y;
    int32_t left = (int32_t)px, top = (int32_t)py;
    path.index[x] = top * pitch + left;
    path.right[x] = px - (float)left;
    path.down[x] = py - (float)top;
  }
  path.index[width] = -1;
  VECTORISED
  for (int64_t x = 0; x < width; x++) path.joined[x] = path.index[x + 1] == path.index[x] + 1;
}

// How many pixels from the x-th on are of one run, as many as there are lanes at most: of its bytes, without a branch.
INLINE int64_t run_length(path path, int64_t x) {
  uint64_t joined;
  memcpy(&joined, path.joined + x, lanes);
  return __builtin_ctzll((joined ^ 0x0101010101010101) | (uint64_t)1 << 56) / 8 + 1;
}

// A run's next pixels, from the upper left of the four pixels around the first.
INLINE void warp_run(const float *first, const float *upper, int64_t pitch, path path, int64_t x, float *mean,
                     float *change) {
  const float *lower = upper + pitch;
  flow_lanes right = flow_load(path.right + x), above = flow_load(upper), below = flow_load(lower);
  above += right * (flow_load(upper + 1) - above);
  below += right * (flow_load(lower + 1) - below);
  flow_lanes warped = above + flow_load(path.down + x) * (below - above), own = flow_load(first + x);
  flow_store(mean + x, (own + warped) * 0.25f);
  flow_store(change + x, (warped - own) * 0.5f);
}

CK_CLONES static void warp_row(const flow_level *level, int64_t y, path path) {
  const float *first = flow_row(level->first, y), *second = level->second->pixels;
  float *mean = flow_row(&level->mean, y), *change = flow_row(&level->change, y);
  find_path(level, y, path);
  for (int64_t x = 0; x < level->first->width; x += run_length(path, x))
    warp_run(first, second + path.index[x], level->second->pitch, path, x, mean, change);
}

// Repeats the edge, one pixel wide: as far as derivatives reach.
static void pad(const flow_plane *plane, int64_t y) {
  float *row = flow_row(plane, y);
  row[-1] = row[0];
  row[plane->width] = row[plane->width - 1];
  size_t bytes = (size_t)(plane->width + 2) * sizeof(float);
  if (y == 0) memcpy(row - plane->pitch - 1, row - 1, bytes);
  if (y == plane->height - 1) memcpy(row + plane->pitch - 1, row - 1, bytes);
}

void flow_warp_rows(const flow_level *level, int64_t begin, int64_t end) {
  size_t bytes = path_bytes(level->first->width);
  void *scratch = ck_allocate(bytes);
  memset(scratch, 0, bytes);
  for (int64_t y = begin; y < end; y++) {
    warp_row(level, y, path_in(scratch, level->first->width));
    pad(&level->mean, y);
    pad(&level->change, y);
  }
  ck_deallocate(scratch, bytes);
}
