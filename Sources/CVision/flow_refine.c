#include "flow_level.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

// The energy at each pixel, of the flow w = (u, v) around the flow that the second image was warped by:
//   brightness·ψ(‖∇I·δw + Iₜ‖²) + gradient·ψ(‖∇Iₓ·δw + Iₓₜ‖² + ‖∇I_y·δw + I_yₜ‖²) + smoothness·g·ψ(‖∇u‖² + ‖∇v‖²),
// ψ(s²) = √(s² + ε²), each data term divided by its own gradient's length; g falls where the image has an edge.
// Minimised by reweighted linear systems, each by red-black over-relaxation: one pass over the rows does all the
// sweeps, each a row behind the one before it, while the rows are in the cache.

typedef struct {
  const ck_flow_settings *settings;
  const flow_plane *first, *second;
  flow_plane mean, change;   // of the first image and the second, warped; and the second less the first
  float *edges;              // smoothness·g
  flow_field warp, from, to;
} refine_work;

static const float data_epsilon2 = 0.01f * 0.01f, smooth_epsilon2 = 0.001f * 0.001f;
static const float normaliser = 0.01f;  // added to squared gradients that others are divided by
static const float relaxation = 1.6f;

// MARK: the second image, warped

CK_CLONES static void warp_rows(void *context, int64_t begin, int64_t end) {
  const refine_work *work = context;
  int64_t width = work->first->width, height = work->first->height, pitch = work->second->pitch;
  float right = (float)(width - 1), bottom = (float)(height - 1);
  const float *second = work->second->pixels;
  for (int64_t y = begin; y < end; y++) {
    const float *first = flow_row(work->first, y), *u = work->warp.u + y * width, *v = work->warp.v + y * width;
    float *mean = work->mean.pixels + y * work->mean.pitch, *change = work->change.pixels + y * work->change.pitch;
    VECTORISED
    for (int64_t x = 0; x < width; x++) {
      float px = fminf(fmaxf((float)x + u[x], 0), right), py = fminf(fmaxf((float)y + v[x], 0), bottom);
      int32_t left = (int32_t)px, top = (int32_t)py;
      float a = px - (float)left, b = py - (float)top;
      const float *p = second + top * pitch + left;
      float upper = p[0] + a * (p[1] - p[0]), lower = p[pitch] + a * (p[pitch + 1] - p[pitch]);
      float warped = upper + b * (lower - upper);
      mean[x] = (first[x] + warped) / 2;
      change[x] = warped - first[x];
    }
  }
}

// MARK: one row's linear system

// A row split by the parity of its columns, so that all cells of one colour lie side by side: 2 × half, each with
// a cell more at both ends.
enum { row_u, row_v, row_i11, row_i12, row_i22, row_b1, row_b2, row_right, row_down, row_arrays };

INLINE int64_t half_pitch(int64_t width) { return (width + 1) / 2 + 2; }
INLINE int64_t ring_pitch(int64_t width) { return row_arrays * 2 * half_pitch(width); }
INLINE float *half_of(float *row, int64_t width, int array, int parity) {
  return row + (array * 2 + parity) * half_pitch(width) + 1;
}

INLINE void split(const float *source, int64_t width, float *row, int array) {
  float *even = half_of(row, width, array, 0), *odd = half_of(row, width, array, 1);
  VECTORISED
  for (int64_t i = 0; i < width / 2; i++) {
    even[i] = source[2 * i];
    odd[i] = source[2 * i + 1];
  }
  if (width % 2) even[width / 2] = source[width - 1], odd[width / 2] = 0;
}

INLINE void join(float *row, int64_t width, int array, float *destination) {
  const float *even = half_of(row, width, array, 0), *odd = half_of(row, width, array, 1);
  VECTORISED
  for (int64_t i = 0; i < width / 2; i++) {
    destination[2 * i] = even[i];
    destination[2 * i + 1] = odd[i];
  }
  if (width % 2) destination[width - 1] = even[width / 2];
}

// smoothness·g·ψ′ at each pixel of a row, by forward differences.
INLINE void smooth_row(const refine_work *work, int64_t y, float *weights) {
  int64_t width = work->from.width, below = y + 1 < work->from.height ? width : 0;
  const float *u = work->from.u + y * width, *v = work->from.v + y * width;
  const float *edges = work->edges + y * width;
  VECTORISED
  for (int64_t x = 0; x < width; x++) {
    int64_t next = x + 1 < width ? x + 1 : x;
    float ux = u[next] - u[x], vx = v[next] - v[x];
    float uy = u[x + below] - u[x], vy = v[x + below] - v[x];
    weights[x] = edges[x] / sqrtf(ux * ux + vx * vx + uy * uy + vy * vy + smooth_epsilon2) / 2;
  }
}

// The rows around the one whose system is made.
typedef struct {
  float *upper, *own, *lower;  // smoothness weights
  float *terms[row_arrays];
} system_rows;

// The system of row y around the flow of the pass before: A·(U, V) = b + Σ w·(U, V) of the four neighbours, where A
// holds Σ w on its diagonal; stored inverted.
INLINE void system_row(const refine_work *work, int64_t y, const system_rows *rows, float *row) {
  const ck_flow_settings *s = work->settings;
  int64_t width = work->first->width, height = work->first->height, pitch = work->mean.pitch;
  const float *mean = flow_row(&work->mean, y), *change = flow_row(&work->change, y);
  const float *warp_u = work->warp.u + y * width, *warp_v = work->warp.v + y * width;
  const float *from_u = work->from.u + y * width, *from_v = work->from.v + y * width;
  const float *upper = rows->upper, *own = rows->own, *lower = rows->lower;
  float *i11 = rows->terms[row_i11], *i12 = rows->terms[row_i12], *i22 = rows->terms[row_i22];
  float *b1 = rows->terms[row_b1], *b2 = rows->terms[row_b2];
  float *right = rows->terms[row_right], *down = rows->terms[row_down];
  float brightness = s->brightness / 2, gradient = s->gradient / 2;
  float has_up = y > 0 ? 0.5f : 0, has_down = y + 1 < height ? 0.5f : 0;
  float last_x = (float)(width - 1), last_y = (float)(height - 1);
  VECTORISED
  for (int64_t x = 0; x < width; x++) {
    const float *m = mean + x, *c = change + x;
    float ix = (m[1] - m[-1]) / 2, iy = (m[pitch] - m[-pitch]) / 2, it = c[0];
    float ixx = m[1] - 2 * m[0] + m[-1], iyy = m[pitch] - 2 * m[0] + m[-pitch];
    float ixy = (m[pitch + 1] - m[pitch - 1] - m[1 - pitch] + m[-1 - pitch]) / 4;
    float ixt = (c[1] - c[-1]) / 2, iyt = (c[pitch] - c[-pitch]) / 2;

    // What is left of each constraint at a flow (u, v) is ∇·(u, v) + constant.
    float wu = warp_u[x], wv = warp_v[x], u = from_u[x], v = from_v[x];
    float ct = it - ix * wu - iy * wv, cx = ixt - ixx * wu - ixy * wv, cy = iyt - ixy * wu - iyy * wv;
    float left = ix * u + iy * v + ct, left_x = ixx * u + ixy * v + cx, left_y = ixy * u + iyy * v + cy;
    float n = 1 / (ix * ix + iy * iy + normaliser);
    float nx = 1 / (ixx * ixx + ixy * ixy + normaliser), ny = 1 / (ixy * ixy + iyy * iyy + normaliser);
    // Nothing is known of what leaves the image.
    float px = (float)x + wu, py = (float)y + wv;
    float inside = px >= 0 && px <= last_x && py >= 0 && py <= last_y ? 1 : 0;
    float w = inside * brightness * n / sqrtf(n * left * left + data_epsilon2);
    float wg = inside * gradient / sqrtf(nx * left_x * left_x + ny * left_y * left_y + data_epsilon2);
    float wx = wg * nx, wy = wg * ny;

    float to_right = x + 1 < width ? (own[x] + own[x + 1]) / 2 : 0;
    float to_left = x > 0 ? (own[x] + own[x - 1]) / 2 : 0;
    float to_down = has_down * (own[x] + lower[x]), to_up = has_up * (own[x] + upper[x]);
    // The last term is for an image of one pixel.
    float around = to_right + to_left + to_down + to_up + 1e-6f;
    float a11 = around + w * ix * ix + wx * ixx * ixx + wy * ixy * ixy;
    float a12 = w * ix * iy + wx * ixx * ixy + wy * ixy * iyy;
    float a22 = around + w * iy * iy + wx * ixy * ixy + wy * iyy * iyy;
    // Rounding must not make the determinant vanish.
    float product = a11 * a22, scale = 1 / fmaxf(product - a12 * a12, 1e-6f * product);
    i11[x] = scale * a22;
    i12[x] = -scale * a12;
    i22[x] = scale * a11;
    b1[x] = -(w * ix * ct + wx * ixx * cx + wy * ixy * cy);
    b2[x] = -(w * iy * ct + wx * ixy * cx + wy * iyy * cy);
    right[x] = to_right;
    down[x] = to_down;
  }
  split(from_u, width, row, row_u);
  split(from_v, width, row, row_v);
  for (int array = row_i11; array < row_arrays; array++) split(rows->terms[array], width, row, array);
}

// MARK: over-relaxation

// One half-sweep over a row: its cells of one parity, from their four neighbours.
INLINE void relax(int64_t width, int parity, float *upper, float *row, float *lower) {
  float *u = half_of(row, width, row_u, parity), *v = half_of(row, width, row_v, parity);
  const float *other_u = half_of(row, width, row_u, !parity), *other_v = half_of(row, width, row_v, !parity);
  const float *i11 = half_of(row, width, row_i11, parity), *i12 = half_of(row, width, row_i12, parity);
  const float *i22 = half_of(row, width, row_i22, parity);
  const float *b1 = half_of(row, width, row_b1, parity), *b2 = half_of(row, width, row_b2, parity);
  // An even cell's left neighbour is the odd one before it, an odd cell's the even one of its own index.
  const float *left = half_of(row, width, row_right, !parity) - !parity;
  const float *left_u = other_u - !parity, *left_v = other_v - !parity;
  const float *right = half_of(row, width, row_right, parity);
  const float *right_u = left_u + 1, *right_v = left_v + 1;
  const float *up = half_of(upper, width, row_down, parity), *down = half_of(row, width, row_down, parity);
  const float *up_u = half_of(upper, width, row_u, parity), *up_v = half_of(upper, width, row_v, parity);
  const float *down_u = half_of(lower, width, row_u, parity), *down_v = half_of(lower, width, row_v, parity);
  VECTORISED
  for (int64_t i = 0; i < (width + 1) / 2; i++) {
    float r1 = b1[i] + left[i] * left_u[i] + right[i] * right_u[i] + up[i] * up_u[i] + down[i] * down_u[i];
    float r2 = b2[i] + left[i] * left_v[i] + right[i] * right_v[i] + up[i] * up_v[i] + down[i] * down_v[i];
    u[i] += relaxation * (i11[i] * r1 + i12[i] * r2 - u[i]);
    v[i] += relaxation * (i12[i] * r1 + i22[i] * r2 - v[i]);
  }
}

// The rows [begin, end) after all sweeps, exactly: as many rows on both sides as there are half-sweeps are solved too.
CK_CLONES static void solve_rows(const refine_work *work, int64_t begin, int64_t end, float *ring,
                                 system_rows *rows) {
  int64_t width = work->first->width, height = work->first->height;
  int64_t half_sweeps = 2 * work->settings->sweeps, slots = half_sweeps + 2, pitch = ring_pitch(width);
  int64_t low = begin > half_sweeps ? begin - half_sweeps : 0;
  int64_t high = end + half_sweeps < height ? end + half_sweeps : height;
  memset(ring, 0, (size_t)(slots * pitch) * sizeof(float));
  if (low > 0) smooth_row(work, low - 1, rows->own);
  smooth_row(work, low, rows->lower);
  for (int64_t t = low; t < high + half_sweeps; t++) {
    if (t < high) {
      float *oldest = rows->upper;
      rows->upper = rows->own;
      rows->own = rows->lower;
      rows->lower = oldest;
      if (t + 1 < height) smooth_row(work, t + 1, rows->lower);
      system_row(work, t, rows, ring + t % slots * pitch);
    }
    for (int64_t h = 0; h < half_sweeps; h++) {
      int64_t y = t - 1 - h;
      if (y < low || y >= high) continue;
      relax(width, (y + h) % 2 != 0, ring + (y + slots - 1) % slots * pitch, ring + y % slots * pitch,
            ring + (y + 1) % slots * pitch);
    }
    int64_t done = t - half_sweeps;
    if (done < begin || done >= end) continue;
    join(ring + done % slots * pitch, width, row_u, work->to.u + done * width);
    join(ring + done % slots * pitch, width, row_v, work->to.v + done * width);
  }
}

static void solve_piece(void *context, int64_t begin, int64_t end) {
  const refine_work *work = context;
  int64_t width = work->first->width;
  int64_t ring = (2 * work->settings->sweeps + 2) * ring_pitch(width);
  size_t bytes = (size_t)(ring + (3 + row_arrays) * width) * sizeof(float);
  float *scratch = ck_allocate(bytes), *next = scratch + ring;
  memset(next, 0, (size_t)(3 * width) * sizeof(float));
  system_rows rows = {next, next + width, next + 2 * width, {0}};
  next += 3 * width;
  for (int array = 0; array < row_arrays; array++) rows.terms[array] = next + array * width;
  solve_rows(work, begin, end, scratch, &rows);
  ck_deallocate(scratch, bytes);
}

// MARK: the whole

CK_CLONES static void edge_rows(void *context, int64_t begin, int64_t end) {
  const refine_work *work = context;
  const ck_flow_settings *s = work->settings;
  int64_t width = work->first->width, pitch = work->first->pitch;
  for (int64_t y = begin; y < end; y++) {
    const float *row = flow_row(work->first, y);
    float *edges = work->edges + y * width;
    VECTORISED
    for (int64_t x = 0; x < width; x++) {
      float ix = (row[x + 1] - row[x - 1]) / 2, iy = (row[x + pitch] - row[x - pitch]) / 2;
      edges[x] = s->smoothness / (1 + (ix * ix + iy * iy) / s->edge);
    }
  }
}

void flow_refine(const ck_flow_settings *settings, const flow_plane *first, const flow_plane *second,
                 flow_field field) {
  int64_t width = first->width, height = first->height, area = width * height;
  size_t bytes = 5 * (size_t)area * sizeof(float);
  float *block = ck_allocate(bytes);
  refine_work work = {.settings = settings, .first = first, .second = second};
  work.mean = flow_plane_make(width, height);
  work.change = flow_plane_make(width, height);
  work.edges = block;
  flow_field a = {width, height, block + area, block + 2 * area};
  flow_field b = {width, height, block + 3 * area, block + 4 * area};
  ck_parallel(height, 32, &work, edge_rows);
  for (int64_t warp = 0; warp < settings->warps; warp++) {
    work.warp = field;
    ck_parallel(height, 32, &work, warp_rows);
    flow_plane_pad(work.mean);
    flow_plane_pad(work.change);
    work.from = field;
    for (int64_t i = 0; i < settings->reweightings; i++) {
      work.to = i % 2 ? b : a;
      ck_parallel(height, 32, &work, solve_piece);
      work.from = work.to;
    }
    memcpy(field.u, work.from.u, (size_t)area * sizeof(float));
    memcpy(field.v, work.from.v, (size_t)area * sizeof(float));
  }
  flow_plane_free(work.mean);
  flow_plane_free(work.change);
  ck_deallocate(block, bytes);
}
