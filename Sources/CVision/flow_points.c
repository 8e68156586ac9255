#include <math.h>

#include "ck_flow.h"
#include "flow_plane.h"
#include "runtime/ck_parallel.h"

enum { reach = 4, side = 2 * reach + 1, area = side * side, point_levels = 5, steps = 10 };

// The window around (x, y), between pixels.
INLINE void sample_window(const flow_plane *plane, float x, float y, float *out) {
  x = flow_clamped(x, reach + 1 - flow_margin, (float)(plane->width + flow_margin - reach - 3));
  y = flow_clamped(y, reach + 1 - flow_margin, (float)(plane->height + flow_margin - reach - 3));
  float left = floorf(x), top = floorf(y), a = x - left, b = y - top;
  for (int64_t i = -reach; i <= reach; i++) {
    const float *row = flow_row(plane, (int64_t)top + i) + (int64_t)left, *next = row + plane->pitch;
    for (int64_t j = -reach; j <= reach; j++)
      *out++ = (1 - b) * ((1 - a) * row[j] + a * row[j + 1]) + b * ((1 - a) * next[j] + a * next[j + 1]);
  }
}

// Moves the point (*u, *v) of the second image towards where that looks as the first does around (x, y).
CK_CLONES static void move_point(
    const flow_plane *first, const flow_plane *second, float x, float y, float *u, float *v) {
  float grey[area], left[area], right[area], above[area], below[area], found[area];
  sample_window(first, x, y, grey);
  sample_window(first, x - 1, y, left);
  sample_window(first, x + 1, y, right);
  sample_window(first, x, y - 1, above);
  sample_window(first, x, y + 1, below);
  float xx = 0, xy = 0, yy = 0;
  for (int i = 0; i < area; i++) {
    left[i] = (right[i] - left[i]) / 2;
    above[i] = (below[i] - above[i]) / 2;
    xx += left[i] * left[i];
    xy += left[i] * above[i];
    yy += above[i] * above[i];
  }
  float difference = xx - yy, root = sqrtf(difference * difference + 4 * xy * xy);
  if (xx + yy - root < 2 * area * 0.1f) return;  // one direction alone, or none
  float scale = 1 / (xx * yy - xy * xy);
  for (int step = 0; step < steps; step++) {
    sample_window(second, *u, *v, found);
    float bx = 0, by = 0;
    for (int i = 0; i < area; i++) {
      bx += left[i] * (grey[i] - found[i]);
      by += above[i] * (grey[i] - found[i]);
    }
    float du = scale * (yy * bx - xy * by), dv = scale * (xx * by - xy * bx);
    *u += du;
    *v += dv;
    if (du * du + dv * dv < 1e-3f) break;
  }
}

void ck_flow_points_u8(
    const uint8_t *first, const uint8_t *second, int64_t width, int64_t height, int64_t count, float *points) {
  flow_plane pyramids[2][point_levels];
  int levels = 1;
  pyramids[0][0] = flow_plane_of(first, width, height);
  pyramids[1][0] = flow_plane_of(second, width, height);
  for (; levels < point_levels; levels++) {
    flow_plane finer = pyramids[0][levels - 1];
    if (finer.width < 2 * side || finer.height < 2 * side) break;
    for (int i = 0; i < 2; i++) pyramids[i][levels] = flow_plane_halved(pyramids[i][levels - 1]);
  }
  for (int64_t i = 0; i < count; i++) {
    float x = points[2 * i], y = points[2 * i + 1], dx = 0, dy = 0;
    for (int level = levels - 1; level >= 0; level--) {
      float scale = 1 / (float)(1 << level), px = x * scale - 0.5f, py = y * scale - 0.5f;
      float u = px + 2 * dx, v = py + 2 * dy;
      move_point(&pyramids[0][level], &pyramids[1][level], px, py, &u, &v);
      dx = u - px;
      dy = v - py;
    }
    points[2 * i] = x + dx;
    points[2 * i + 1] = y + dy;
  }
  for (int level = 0; level < levels; level++)
    for (int i = 0; i < 2; i++) flow_plane_free(pyramids[i][level]);
}
