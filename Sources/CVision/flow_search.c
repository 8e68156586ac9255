#include "flow_level.h"

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

enum { patch = flow_patch };
enum { descents = 8 };  // steps of one patch's search, at most
// A band of this many rows of patches is searched on its own, whoever searches it: the result does not
// depend on the number of threads.
enum { band_patches = 12 };

typedef float four __attribute__((vector_size(16)));

// What of a patch does not change while it is searched (inverse composition).
typedef struct {
  flow_lanes grey[patch], gx[patch], gy[patch];  // the gradient without its mean
  float h11, h12, h22;                           // the inverse of the Hessian
} template;

// A place where a patch may be found: the square of its difference there without the mean, and the template's
// gradient times that.
typedef struct {
  float u, v, cost, bx, by;
} candidate;

// The sums of all lanes of four.
INLINE four sums_of(flow_lanes a, flow_lanes b, flow_lanes c, flow_lanes d) {
#define HALVES(x) (__builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7))
  four p = HALVES(a), q = HALVES(b), r = HALVES(c), s = HALVES(d);
#undef HALVES
  four pq = __builtin_shufflevector(p, q, 0, 4, 1, 5) + __builtin_shufflevector(p, q, 2, 6, 3, 7);
  four rs = __builtin_shufflevector(r, s, 0, 4, 1, 5) + __builtin_shufflevector(r, s, 2, 6, 3, 7);
  return __builtin_shufflevector(pq, rs, 0, 1, 4, 5) + __builtin_shufflevector(pq, rs, 2, 3, 6, 7);
}

INLINE void make_template(const flow_plane *first, int64_t x, int64_t y, template *t) {
  const float *row = flow_row(first, y) + x;
  int64_t pitch = first->pitch;
  flow_lanes sum_x = {0}, sum_y = {0}, xx = {0}, xy = {0}, yy = {0}, none = {0};
  for (int64_t i = 0; i < patch; i++, row += pitch) {
    t->grey[i] = flow_load(row);
    sum_x += t->gx[i] = (flow_load(row + 1) - flow_load(row - 1)) * 0.5f;
    sum_y += t->gy[i] = (flow_load(row + pitch) - flow_load(row - pitch)) * 0.5f;
  }
  four means = sums_of(sum_x, sum_y, none, none) / flow_patch_area;
  for (int64_t i = 0; i < patch; i++) {
    t->gx[i] -= means[0];
    t->gy[i] -= means[1];
    xx += t->gx[i] * t->gx[i];
    xy += t->gx[i] * t->gy[i];
    yy += t->gy[i] * t->gy[i];
  }
  four hessian = sums_of(xx, xy, yy, none);
  // The damping decides where the patch is flat, or shows one direction alone: there it outweighs the noise.
  float damping = flow_patch_area * 4, a = hessian[0] + damping, b = hessian[1], c = hessian[2] + damping;
  float scale = 1 / (a * c - b * b);
  t->h11 = scale * c;
  t->h12 = -scale * b;
  t->h22 = scale * a;
}

// The template of the patch at (x, y), displaced.
INLINE candidate evaluate(const flow_level *level, const template *t, float x, float y, float u, float v) {
  flow_place place = flow_place_at(level->second, x + u, y + v);
  // Two of each sum, so that one row needn't wait for the one before it.
  flow_lanes sum[2] = {0}, squares[2] = {0}, bx[2] = {0}, by[2] = {0}, above = flow_row_at(&place, 0);
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < patch; i++) {
    flow_lanes below = flow_row_at(&place, i + 1);
    flow_lanes difference = above - t->grey[i] + place.down * (below - above);
    sum[i % 2] += difference;
    squares[i % 2] += difference * difference;
    bx[i % 2] += t->gx[i] * difference;
    by[i % 2] += t->gy[i] * difference;
    above = below;
  }
  four sums = sums_of(sum[0] + sum[1], squares[0] + squares[1], bx[0] + bx[1], by[0] + by[1]);
  return (candidate){u, v, sums[1] - sums[0] * sums[0] / flow_patch_area, sums[2], sums[3]};
}

// Descends as long as the cost falls; the last step, a short one, is taken unseen.
INLINE candidate descend(const flow_level *level, const template *t, float x, float y, candidate start) {
  candidate best = start;
  for (int64_t i = 0; i < descents; i++) {
    float du = t->h11 * best.bx + t->h12 * best.by, dv = t->h12 * best.bx + t->h22 * best.by;
    if (du * du + dv * dv < 1e-3f) {
      best.u -= du;
      best.v -= dv;
      break;
    }
    candidate next = evaluate(level, t, x, y, best.u - du, best.v - dv);
    if (!(next.cost < best.cost)) break;
    best = next;
  }
  // A patch that ran farther than its own size is lost.
  float far_u = best.u - start.u, far_v = best.v - start.v;
  return far_u * far_u + far_v * far_v > patch * patch ? start : best;
}

// Searches a band's patches in order from the field, or from a neighbour where that fits better; then once more in
// the reverse order where a neighbour fits better.
CK_CLONES static void search_band(const flow_level *level, int64_t first_row, int64_t last_row, float *costs) {
  int64_t columns = level->columns, count = (last_row - first_row) * columns;
  int64_t width = level->first->width, height = level->first->height;
  float *patch_u = level->patch_u + first_row * columns, *patch_v = level->patch_v + first_row * columns;
  for (int pass = 0; pass < 2; pass++) {
    int64_t step = pass == 0 ? -1 : 1;  // to the neighbours that are done
    for (int64_t k = 0; k < count; k++) {
      int64_t i = pass == 0 ? k : count - 1 - k, row = i / columns, column = i % columns;
      int64_t px = flow_patch_position(column, width), py = flow_patch_position(first_row + row, height);
      float x = (float)px, y = (float)py;
      template t;
      candidate best;
      bool is_new = pass == 0;
      if (is_new) {
        int64_t middle = flow_bounded(px + patch / 2, width), row = flow_bounded(py + patch / 2, height);
        make_template(level->first, px, py, &t);
        best = evaluate(
            level, &t, x, y, flow_row(&level->field.u, row)[middle], flow_row(&level->field.v, row)[middle]);
      } else {
        best = (candidate){.u = patch_u[i], .v = patch_v[i], .cost = costs[i]};
      }
      int64_t neighbours[2] = {column + step >= 0 && column + step < columns ? i + step : i,
                               i + step * columns >= 0 && i + step * columns < count ? i + step * columns : i};
      bool has_template = is_new;
      for (int n = 0; n < 2; n++) {
        float u = patch_u[neighbours[n]], v = patch_v[neighbours[n]], du = u - best.u, dv = v - best.v;
        if (neighbours[n] == i || du * du + dv * dv < 0.0625f) continue;
        if (!has_template) make_template(level->first, px, py, &t);
        has_template = true;
        candidate other = evaluate(level, &t, x, y, u, v);
        if (!(other.cost < best.cost)) continue;
        best = other;
        is_new = true;
      }
      if (!is_new) continue;
      best = descend(level, &t, x, y, best);
      patch_u[i] = best.u;
      patch_v[i] = best.v;
      costs[i] = best.cost;
    }
  }
}

static void search_bands(const flow_level *level, int64_t begin, int64_t end) {
  size_t bytes = (size_t)(band_patches * level->columns) * sizeof(float);
  float *costs = ck_allocate(bytes);
  for (int64_t band = begin; band < end; band++) {
    int64_t first = band * band_patches, last = first + band_patches;
    search_band(level, first, last < level->rows ? last : level->rows, costs);
  }
  ck_deallocate(costs, bytes);
}

static int64_t patch_count(int64_t length) {
  return length > patch ? (length - patch + flow_stride - 1) / flow_stride + 1 : 1;
}

void flow_search(flow_level *levels, int flows) {
  int64_t columns = patch_count(levels->first->width), rows = patch_count(levels->first->height);
  size_t bytes = 2 * (size_t)(flows * columns * rows) * sizeof(float);
  float *block = ck_allocate(bytes), *next = block;
  for (int i = 0; i < flows; i++) {
    levels[i].columns = columns;
    levels[i].rows = rows;
    levels[i].patch_u = next;
    levels[i].patch_v = next + columns * rows;
    next += 2 * columns * rows;
  }
  flow_take(search_bands, levels, flows, (rows + band_patches - 1) / band_patches, 1);
  flow_take(flow_densify_rows, levels, flows, rows, 4);
  ck_deallocate(block, bytes);
}
