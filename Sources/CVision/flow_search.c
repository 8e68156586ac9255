#include "flow_level.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

enum { patch = 8, patch_area = patch * patch };
// A band of this many rows of patches is searched on its own, whoever searches it: the result does not
// depend on the number of threads.
enum { band_patches = 12 };

typedef struct {
  const ck_flow_settings *settings;
  const flow_plane *first, *second;
  flow_field field;
  int64_t columns, rows;     // of patches
  float *u, *v;              // of the patches
} search_work;

// What of a patch does not change while it is searched (inverse composition).
typedef struct {
  float grey[patch_area], gx[patch_area], gy[patch_area];
  float h11, h12, h22;  // the inverse of the Hessian
} template;

// The last patch of a row or column ends with the image, or covers more than it.
INLINE int64_t patch_position(int64_t i, int64_t stride, int64_t length) {
  int64_t last = length > patch ? length - patch : 0;
  return i * stride < last ? i * stride : last;
}

static int64_t patch_count(int64_t stride, int64_t length) {
  return length > patch ? (length - patch + stride - 1) / stride + 1 : 1;
}

// The patch of `plane` whose top left corner is at (x, y), between pixels.
INLINE void sample_patch(const flow_plane *plane, float x, float y, float *out) {
  x = flow_clamped(x, 1 - flow_margin, (float)(plane->width + flow_margin - patch - 2));
  y = flow_clamped(y, 1 - flow_margin, (float)(plane->height + flow_margin - patch - 2));
  float left = floorf(x), top = floorf(y), a = x - left, b = y - top;
  float w00 = (1 - a) * (1 - b), w01 = a * (1 - b), w10 = (1 - a) * b, w11 = a * b;
  const float *row = plane->pixels + (int64_t)top * plane->pitch + (int64_t)left;
  for (int64_t i = 0; i < patch; i++, row += plane->pitch) {
    const float *next = row + plane->pitch;
    for (int64_t j = 0; j < patch; j++)
      out[i * patch + j] = w00 * row[j] + w01 * row[j + 1] + w10 * next[j] + w11 * next[j + 1];
  }
}

INLINE float patch_mean(const float *values) {
  float sums[patch] = {0}, sum = 0;
  for (int64_t i = 0; i < patch; i++)
    for (int64_t j = 0; j < patch; j++) sums[j] += values[i * patch + j];
  for (int64_t j = 0; j < patch; j++) sum += sums[j];
  return sum / patch_area;
}

INLINE float patch_dot(const float *a, const float *b) {
  float sums[patch] = {0}, sum = 0;
  for (int64_t i = 0; i < patch; i++)
    for (int64_t j = 0; j < patch; j++) sums[j] += a[i * patch + j] * b[i * patch + j];
  for (int64_t j = 0; j < patch; j++) sum += sums[j];
  return sum;
}

INLINE void subtract_mean(float *values) {
  float mean = patch_mean(values);
  for (int64_t i = 0; i < patch_area; i++) values[i] -= mean;
}

INLINE void make_template(const flow_plane *first, int64_t x, int64_t y, template *t) {
  const float *row = first->pixels + y * first->pitch + x;
  int64_t pitch = first->pitch;
  for (int64_t i = 0; i < patch; i++, row += pitch) {
    for (int64_t j = 0; j < patch; j++) {
      t->grey[i * patch + j] = row[j];
      t->gx[i * patch + j] = (row[j + 1] - row[j - 1]) / 2;
      t->gy[i * patch + j] = (row[j + pitch] - row[j - pitch]) / 2;
    }
  }
  subtract_mean(t->grey);
  subtract_mean(t->gx);
  subtract_mean(t->gy);
  // The damping decides where the patch is flat, or shows one direction alone: there it outweighs the noise.
  float damping = patch_area * 4;
  float xx = patch_dot(t->gx, t->gx) + damping, yy = patch_dot(t->gy, t->gy) + damping;
  float xy = patch_dot(t->gx, t->gy), scale = 1 / (xx * yy - xy * xy);
  t->h11 = scale * yy;
  t->h12 = -scale * xy;
  t->h22 = scale * xx;
}

// The difference from the template with the patch displaced; both are without their means. Returns its square.
INLINE float patch_difference(const search_work *work, const template *t, float x, float y, float *difference) {
  sample_patch(work->second, x, y, difference);
  for (int64_t i = 0; i < patch_area; i++) difference[i] -= t->grey[i];
  subtract_mean(difference);
  return patch_dot(difference, difference);
}

// Descends from the displacement (u, v), whose difference has the given cost, as long as the cost falls.
INLINE float descend(const search_work *work, const template *t, float x, float y, float *u, float *v, float cost,
                     float *difference) {
  float u0 = *u, v0 = *v, start = cost, best_u = u0, best_v = v0;
  for (int64_t i = 0; i < work->settings->descents; i++) {
    float bx = patch_dot(t->gx, difference), by = patch_dot(t->gy, difference);
    float du = t->h11 * bx + t->h12 * by, dv = t->h12 * bx + t->h22 * by;
    float next_u = best_u - du, next_v = best_v - dv;
    float next = patch_difference(work, t, x + next_u, y + next_v, difference);
    if (!(next < cost)) break;
    cost = next;
    best_u = next_u;
    best_v = next_v;
    if (du * du + dv * dv < 1e-3f) break;
  }
  // A patch that ran farther than its own size is lost.
  float far_u = best_u - u0, far_v = best_v - v0;
  if (far_u * far_u + far_v * far_v > patch * patch) return start;
  *u = best_u;
  *v = best_v;
  return cost;
}

// Searches a band's patches in order from the field, or from a neighbour where that fits better; then once more in
// the reverse order where a neighbour fits better.
CK_CLONES static void search_band(const search_work *work, int64_t first_row, int64_t last_row, float *costs) {
  const ck_flow_settings *s = work->settings;
  int64_t columns = work->columns;
  template t;
  float difference[patch_area];
  for (int pass = 0; pass < 2; pass++) {
    int64_t step = pass == 0 ? -1 : 1;  // to the neighbours that are done
    for (int64_t k = 0; k < (last_row - first_row) * columns; k++) {
      int64_t at = pass == 0 ? k : (last_row - first_row) * columns - 1 - k;
      int64_t row = first_row + at / columns, column = at % columns, i = row * columns + column;
      int64_t px = patch_position(column, s->stride, work->first->width);
      int64_t py = patch_position(row, s->stride, work->first->height);
      make_template(work->first, px, py, &t);
      float x = (float)px, y = (float)py, u, v, cost;
      bool moved = pass == 0;
      if (pass == 0) {
        int64_t centre = flow_bounded(py + patch / 2, work->field.height) * work->field.width +
                         flow_bounded(px + patch / 2, work->field.width);
        u = work->field.u[centre];
        v = work->field.v[centre];
        cost = patch_difference(work, &t, x + u, y + v, difference);
      } else {
        u = work->u[i];
        v = work->v[i];
        cost = costs[at];
      }
      int64_t neighbours[2] = {column + step >= 0 && column + step < columns ? i + step : i,
                               row + step >= first_row && row + step < last_row ? i + step * columns : i};
      for (int n = 0; n < 2; n++) {
        if (neighbours[n] == i) continue;
        float nu = work->u[neighbours[n]], nv = work->v[neighbours[n]];
        float du = nu - u, dv = nv - v;
        if (du * du + dv * dv < 0.0625f) continue;
        float other = patch_difference(work, &t, x + nu, y + nv, difference);
        if (other < cost) {
          cost = other;
          u = nu;
          v = nv;
          moved = true;
        }
      }
      if (moved) {
        cost = patch_difference(work, &t, x + u, y + v, difference);
        cost = descend(work, &t, x, y, &u, &v, cost, difference);
      }
      work->u[i] = u;
      work->v[i] = v;
      costs[at] = cost;
    }
  }
}

static void search_bands(void *context, int64_t begin, int64_t end) {
  const search_work *work = context;
  size_t bytes = (size_t)(band_patches * work->columns) * sizeof(float);
  float *costs = ck_allocate(bytes);
  for (int64_t band = begin; band < end; band++) {
    int64_t first = band * band_patches, last = first + band_patches;
    search_band(work, first, last < work->rows ? last : work->rows, costs);
  }
  ck_deallocate(costs, bytes);
}

// One row of the field: the mean of the patches over each pixel, so weighted by how well the pixel's grey level fits
// that at a motion boundary the patches of the right side count.
CK_CLONES static void densify_row(const search_work *work, int64_t y, float *sums) {
  const ck_flow_settings *s = work->settings;
  int64_t width = work->field.width;
  float *weight = sums, *u = sums + width + patch, *v = u + width + patch;
  memset(sums, 0, 3 * (size_t)(width + patch) * sizeof(float));
  const float *first = flow_row(work->first, y);
  const flow_plane *second = work->second;
  for (int64_t row = 0; row < work->rows; row++) {
    int64_t py = patch_position(row, s->stride, work->first->height);
    if (y < py || y >= py + patch) continue;
    for (int64_t column = 0; column < work->columns; column++) {
      int64_t px = patch_position(column, s->stride, work->first->width);
      float pu = work->u[row * work->columns + column], pv = work->v[row * work->columns + column];
      float sx = flow_clamped((float)px + pu, 1 - flow_margin, (float)(second->width + flow_margin - patch - 2));
      float sy = flow_clamped((float)y + pv, 1 - flow_margin, (float)(second->height + flow_margin - patch - 2));
      float left = floorf(sx), top = floorf(sy), a = sx - left, b = sy - top;
      const float *p = second->pixels + (int64_t)top * second->pitch + (int64_t)left, *q = p + second->pitch;
      for (int64_t j = 0; j < patch; j++) {
        float grey = (1 - b) * ((1 - a) * p[j] + a * p[j + 1]) + b * ((1 - a) * q[j] + a * q[j + 1]);
        float difference = fmaxf(2, fabsf(grey - first[px + j])), square = difference * difference;
        float w = 1 / (square * square);
        weight[px + j] += w;
        u[px + j] += w * pu;
        v[px + j] += w * pv;
      }
    }
  }
  for (int64_t x = 0; x < width; x++) {
    work->field.u[y * width + x] = u[x] / weight[x];
    work->field.v[y * width + x] = v[x] / weight[x];
  }
}

static void densify_rows(void *context, int64_t begin, int64_t end) {
  const search_work *work = context;
  size_t bytes = 3 * (size_t)(work->field.width + patch) * sizeof(float);
  float *sums = ck_allocate(bytes);
  for (int64_t y = begin; y < end; y++) densify_row(work, y, sums);
  ck_deallocate(sums, bytes);
}

void flow_search(const ck_flow_settings *settings, const flow_plane *first, const flow_plane *second,
                 flow_field field) {
  search_work work = {.settings = settings, .first = first, .second = second, .field = field};
  work.columns = patch_count(settings->stride, first->width);
  work.rows = patch_count(settings->stride, first->height);
  size_t bytes = 2 * (size_t)(work.columns * work.rows) * sizeof(float);
  work.u = ck_allocate(bytes);
  work.v = work.u + work.columns * work.rows;
  ck_parallel((work.rows + band_patches - 1) / band_patches, 1, &work, search_bands);
  ck_parallel(field.height, 16, &work, densify_rows);
  ck_deallocate(work.u, bytes);
}
