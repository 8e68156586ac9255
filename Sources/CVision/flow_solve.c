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

static const float data_epsilon2 = 0.01f * 0.01f, smooth_epsilon2 = 0.001f * 0.001f;
static const float normaliser = 0.01f;  // added to squared gradients that others are divided by
// These, and the smoothness, were chosen on real frames warped and pasted over one another, with motions of up to 10, 30
// and 60 pixels, and on a stereo pair.
static const float brightness = 2, gradient = 4;
// Of a system's last sweeps: the very last evens out what those before it have overshot.
static const float relaxations[flow_most_sweeps] = {1.9f, 1.9f, 1.85f, 1.5f};
enum { slots = 2 * flow_most_sweeps + 2 };

// An estimate and a Newton step, where the CPU has estimates: to a few units in the last place.
INLINE float inverse_root(float x) {
#pragma clang fp reciprocal(on) reassociate(on)
  return 1 / sqrtf(x);
}

// MARK: one row's linear system

// A row split by the parity of its columns, so that all cells of one colour lie side by side: 2 × half, aligned, with
// zeros around, of which zeros come.
enum { row_u, row_v, row_i11, row_i12, row_i22, row_b1, row_b2, row_right, row_down, row_arrays };
enum { lanes = 16 };

INLINE int64_t half_length(int64_t width) { return (width + 2 * lanes - 1) / (2 * lanes) * lanes; }
INLINE int64_t half_pitch(int64_t width) { return half_length(width) + lanes; }
INLINE int64_t ring_pitch(int64_t width) { return row_arrays * 2 * half_pitch(width); }
INLINE float *half_of(float *row, int64_t width, int array, int parity) {
  return row + (array * 2 + parity) * half_pitch(width) + lanes;
}

INLINE void split(const float *source, int64_t width, float *row, int array) {
  float *even = half_of(row, width, array, 0), *odd = half_of(row, width, array, 1);
  VECTORISED
  for (int64_t i = 0; i < half_length(width); i++) {
    even[i] = source[2 * i];
    odd[i] = source[2 * i + 1];
  }
}

INLINE void join(float *row, int64_t width, int array, float *destination) {
  const float *even = half_of(row, width, array, 0), *odd = half_of(row, width, array, 1);
  VECTORISED
  for (int64_t i = 0; i < half_length(width); i++) {
    destination[2 * i] = even[i];
    destination[2 * i + 1] = odd[i];
  }
}

// smoothness·g·ψ′ at each pixel of a row, by forward differences.
INLINE void smooth_row(const flow_level *level, int64_t y, float *weights) {
  int32_t width = (int32_t)level->first->width;
  int64_t below = y + 1 < level->first->height ? level->first->pitch : 0;
  const float *u = flow_row(&level->from.u, y), *v = flow_row(&level->from.v, y), *edges = flow_row(level->edges, y);
  VECTORISED
  for (int32_t x = 0; x < width; x++) {
    float ux = u[x + 1] - u[x], vx = v[x + 1] - v[x], across = x + 1 < width ? ux * ux + vx * vx : 0;
    float uy = u[x + below] - u[x], vy = v[x + below] - v[x];
    weights[x] = edges[x] / 2 * inverse_root(across + uy * uy + vy * vy + smooth_epsilon2);
  }
}

// The rows around the one whose system is made, with a pixel more at both ends.
typedef struct {
  float *upper, *own, *lower;  // smoothness weights
  float *terms[row_arrays];
} system_rows;

// The system of row y around the flow of the pass before, (A + Σ w)·(U, V) = b + Σ w·(U, V) of the four neighbours: first
// what the images say, A and b.
INLINE void data_row(const flow_level *level, int64_t y, const system_rows *rows) {
  int64_t pitch = level->mean.pitch;
  int32_t width = (int32_t)level->first->width, height = (int32_t)level->first->height;
  const float *mean = flow_row(&level->mean, y), *change = flow_row(&level->change, y);
  const float *warp_u = flow_row(&level->warp.u, y), *warp_v = flow_row(&level->warp.v, y);
  const float *from_u = flow_row(&level->from.u, y), *from_v = flow_row(&level->from.v, y);
  float *cell_u = rows->terms[row_u], *cell_v = rows->terms[row_v];
  float *a11 = rows->terms[row_i11], *a12 = rows->terms[row_i12], *a22 = rows->terms[row_i22];
  float *b1 = rows->terms[row_b1], *b2 = rows->terms[row_b2];
  float middle_x = (float)(width - 1) / 2, middle_y = (float)(height - 1) / 2, row_y = (float)y - middle_y;
  VECTORISED
  for (int32_t x = 0; x < width; x++) {
    const float *m = mean + x, *c = change + x;
    float ix = m[1] - m[-1], iy = m[pitch] - m[-pitch], it = 2 * c[0];
    float ixx = 2 * (m[1] + m[-1]) - 4 * m[0], iyy = 2 * (m[pitch] + m[-pitch]) - 4 * m[0];
    float ixy = (m[pitch + 1] - m[pitch - 1] - m[1 - pitch] + m[-1 - pitch]) / 2;
    float ixt = c[1] - c[-1], iyt = c[pitch] - c[-pitch];

    // What is left of each constraint at the flow.
    float wu = warp_u[x], wv = warp_v[x], u = from_u[x], v = from_v[x], du = u - wu, dv = v - wv;
    float left = it + ix * du + iy * dv, left_x = ixt + ixx * du + ixy * dv, left_y = iyt + ixy * du + iyy * dv;
    float n = ix * ix + iy * iy + normaliser;
    float nx = ixx * ixx + ixy * ixy + normaliser, ny = ixy * ixy + iyy * iyy + normaliser, nxy = nx * ny;
    // Nothing is known of what leaves the image.
    float inside = (fabsf((float)x - middle_x + wu) <= middle_x && fabsf(row_y + wv) <= middle_y) ? 0.5f : 0;
    // brightness/n · ψ′(left²/n), and gradient/nx · ψ′(left_x²/nx + left_y²/ny), each with one root.
    float w = inside * brightness * inverse_root(n * (left * left + data_epsilon2 * n));
    float wg = inside * gradient
        * inverse_root(nxy * (ny * left_x * left_x + nx * left_y * left_y + data_epsilon2 * nxy));
    float wx = wg * ny, wy = wg * nx;
    float w1 = w * ix, w2 = w * iy, wx1 = wx * ixx, wx2 = wx * ixy, wy1 = wy * ixy, wy2 = wy * iyy;
    float d11 = w1 * ix + wx1 * ixx + wy1 * ixy, d22 = w2 * iy + wx2 * ixy + wy2 * iyy;
    float d12 = w1 * iy + wx1 * ixy + wy1 * iyy;
    cell_u[x] = u;
    cell_v[x] = v;
    a11[x] = d11;
    a12[x] = d12;
    a22[x] = d22;
    b1[x] = d11 * wu + d12 * wv - (w1 * it + wx1 * ixt + wy1 * iyt);
    b2[x] = d12 * wu + d22 * wv - (w2 * it + wx2 * ixt + wy2 * iyt);
  }
}

// Then the weights of the neighbours, and the inverse of A + Σ w.
INLINE void link_row(const flow_level *level, int64_t y, const system_rows *rows) {
  int32_t width = (int32_t)level->first->width;
  const float *upper = rows->upper, *own = rows->own, *lower = rows->lower;
  float *i11 = rows->terms[row_i11], *i12 = rows->terms[row_i12], *i22 = rows->terms[row_i22];
  float *right = rows->terms[row_right], *down = rows->terms[row_down];
  float has_up = y > 0 ? 0.5f : 0, has_down = y + 1 < level->first->height ? 0.5f : 0;
  VECTORISED
  for (int32_t x = 0; x < width; x++) {
    float to_right = x + 1 < width ? (own[x] + own[x + 1]) / 2 : 0, to_left = x > 0 ? (own[x] + own[x - 1]) / 2 : 0;
    float to_down = has_down * (own[x] + lower[x]), to_up = has_up * (own[x] + upper[x]);
    // The last term is for an image of one pixel.
    float around = to_right + to_left + to_down + to_up + 1e-6f;
    float a11 = i11[x] + around, a12 = i12[x], a22 = i22[x] + around;
    // Rounding must not make the determinant vanish.
    float product = a11 * a22, determinant = product - a12 * a12, least = 1e-6f * product;
    float scale = 1 / (determinant > least ? determinant : least);
    i11[x] = scale * a22;
    i12[x] = -scale * a12;
    i22[x] = scale * a11;
    right[x] = to_right;
    down[x] = to_down;
  }
}

INLINE void system_row(const flow_level *level, int64_t y, const system_rows *rows, float *row) {
  data_row(level, y, rows);
  link_row(level, y, rows);
  for (int array = 0; array < row_arrays; array++) split(rows->terms[array], level->first->width, row, array);
}

// MARK: over-relaxation

// One half-sweep over a row: its cells of one parity, from their four neighbours.
INLINE void relax(float relaxation, int64_t width, int parity, float *upper, float *row, float *lower) {
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
  for (int64_t i = 0; i < half_length(width); i++) {
    float r1 = b1[i] + left[i] * left_u[i] + right[i] * right_u[i] + up[i] * up_u[i] + down[i] * down_u[i];
    float r2 = b2[i] + left[i] * left_v[i] + right[i] * right_v[i] + up[i] * up_v[i] + down[i] * down_v[i];
    u[i] += relaxation * (i11[i] * r1 + i12[i] * r2 - u[i]);
    v[i] += relaxation * (i12[i] * r1 + i22[i] * r2 - v[i]);
  }
}

// The rows [begin, end) after all sweeps, exactly: as many rows on both sides as there are half-sweeps are solved too.
CK_CLONES static void solve_rows(const flow_level *level, int64_t begin, int64_t end, float *ring,
                                 system_rows *rows) {
  int64_t width = level->first->width, height = level->first->height;
  int64_t half_sweeps = 2 * level->sweeps, pitch = ring_pitch(width);
  int64_t low = begin > half_sweeps ? begin - half_sweeps : 0;
  int64_t high = end + half_sweeps < height ? end + half_sweeps : height;
  memset(ring, 0, (size_t)(slots * pitch) * sizeof(float));
  if (low > 0) smooth_row(level, low - 1, rows->own);
  smooth_row(level, low, rows->lower);
  for (int64_t t = low; t < high + half_sweeps; t++) {
    if (t < high) {
      float *oldest = rows->upper;
      rows->upper = rows->own;
      rows->own = rows->lower;
      rows->lower = oldest;
      if (t + 1 < height) smooth_row(level, t + 1, rows->lower);
      system_row(level, t, rows, ring + t % slots * pitch);
    }
    for (int64_t h = 0; h < half_sweeps; h++) {
      int64_t y = t - 1 - h;
      if (y < low || y >= high) continue;
      relax(
          relaxations[flow_most_sweeps - level->sweeps + h / 2], width, (y + h) % 2 != 0,
          ring + (y + slots - 1) % slots * pitch, ring + y % slots * pitch, ring + (y + 1) % slots * pitch);
    }
    int64_t done = t - half_sweeps;
    if (done < begin || done >= end) continue;
    join(ring + done % slots * pitch, width, row_u, flow_row(&level->to.u, done));
    join(ring + done % slots * pitch, width, row_v, flow_row(&level->to.v, done));
  }
}

void flow_solve_rows(const flow_level *level, int64_t begin, int64_t end) {
  int64_t width = level->first->width, ring = slots * ring_pitch(width), pitch = 2 * half_length(width) + lanes;
  size_t bytes = (size_t)(ring + (3 + row_arrays) * pitch) * sizeof(float);
  float *scratch = ck_allocate(bytes), *next = scratch + ring;
  // What follows the ends of the rows stays zero.
  memset(next, 0, (size_t)((3 + row_arrays) * pitch) * sizeof(float));
  system_rows rows = {next + lanes, next + pitch + lanes, next + 2 * pitch + lanes, {0}};
  next += 3 * pitch;
  for (int array = 0; array < row_arrays; array++) rows.terms[array] = next + array * pitch;
  solve_rows(level, begin, end, scratch, &rows);
  ck_deallocate(scratch, bytes);
}
