#include "ck_flow.h"

#include <stdbool.h>
#include <string.h>

#include "flow_level.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"

enum { most_levels = 16, least_side = 8, grain_rows = 32 };

// MARK: a frame

struct ck_flow_frame {
  int64_t levels;
  flow_plane grey[most_levels], edges[most_levels];
};

typedef struct {
  flow_plane grey, edges;
} edge_work;

CK_CLONES static void edge_rows(void *context, int64_t begin, int64_t end) {
  const edge_work *work = context;
  int64_t width = work->grey.width, pitch = work->grey.pitch;
  const float smoothness = 40, edge = 100;
  for (int64_t y = begin; y < end; y++) {
    const float *row = flow_row(&work->grey, y);
    float *edges = flow_row(&work->edges, y);
    VECTORISED
    for (int64_t x = 0; x < width; x++) {
      float ix = (row[x + 1] - row[x - 1]) / 2, iy = (row[x + pitch] - row[x - pitch]) / 2;
      edges[x] = smoothness / (1 + (ix * ix + iy * iy) / edge);
    }
  }
}

ck_flow_frame *ck_flow_frame_make(const uint8_t *pixels, int64_t width, int64_t height) {
  ck_flow_frame *frame = ck_allocate(sizeof *frame);
  frame->levels = 0;
  for (flow_plane grey = flow_plane_of(pixels, width, height);; grey = flow_plane_halved(grey)) {
    edge_work work = {grey, flow_plane_make(grey.width, grey.height)};
    ck_parallel(grey.height, grain_rows, &work, edge_rows);
    frame->grey[frame->levels] = grey;
    frame->edges[frame->levels++] = work.edges;
    if (frame->levels == most_levels || grey.width < 2 * least_side || grey.height < 2 * least_side) return frame;
  }
}

void ck_flow_frame_free(ck_flow_frame *frame) {
  for (int64_t level = 0; level < frame->levels; level++) {
    flow_plane_free(frame->edges[level]);
    flow_plane_free(frame->grey[level]);
  }
  ck_deallocate(frame, sizeof *frame);
}

// MARK: the steps of all flows

typedef struct {
  flow_step step;
  const flow_level *levels;
  int flows;
  int64_t rows;
} step_work;

static void run_step(void *context, int64_t begin, int64_t end) {
  const step_work *work = context;
  for (int i = 0; i < work->flows; i++) {
    int64_t from = begin - i * work->rows, to = end - i * work->rows;
    if (from < 0) from = 0;
    if (to > work->rows) to = work->rows;
    if (from < to) work->step(&work->levels[i], from, to);
  }
}

void flow_take(flow_step step, const flow_level *levels, int flows, int64_t rows, int64_t grain) {
  step_work work = {step, levels, flows, rows};
  ck_parallel(flows * rows, grain, &work, run_step);
}

// MARK: coarse to fine

static flow_field field_make(int64_t width, int64_t height) {
  return (flow_field){flow_plane_make(width, height), flow_plane_make(width, height)};
}

static void field_free(flow_field field) {
  flow_plane_free(field.u);
  flow_plane_free(field.v);
}

static flow_level level_between(const ck_flow_frame *first, const ck_flow_frame *second, int64_t i) {
  flow_level level = {.first = &first->grey[i], .second = &second->grey[i], .edges = &first->edges[i]};
  int64_t width = level.first->width, height = level.first->height;
  level.field = field_make(width, height);
  for (int j = 0; j < 2; j++) level.spare[j] = field_make(width, height);
  return level;
}

static void level_free(flow_level level) {
  field_free(level.field);
  for (int j = 0; j < 2; j++) field_free(level.spare[j]);
}

// Twice the size: pixel x of the finer level lies at x/2 − ¼ of the coarser, and is displaced twice as far.
INLINE void double_row(
    const flow_plane *coarse, const float *near, const float *far, float *column, float *to, int64_t width) {
  for (int64_t x = 0; x < coarse->width; x++) column[x] = (3 * near[x] + far[x]) / 8;
  column[-1] = column[0];
  column[coarse->width] = column[coarse->width - 1];
  VECTORISED
  for (int64_t x = 0; x < width / 2; x++) {
    to[2 * x] = 3 * column[x] + column[x - 1];
    to[2 * x + 1] = 3 * column[x] + column[x + 1];
  }
  if (width % 2) to[width - 1] = 3 * column[width / 2] + column[width / 2 - 1];
}

CK_CLONES static void double_rows(const flow_level *level, int64_t begin, int64_t end) {
  const flow_plane *coarse = level->coarser->first;
  const flow_field *from = &level->coarser->field, *to = &level->field;
  int64_t width = level->first->width;
  size_t bytes = (size_t)(coarse->width + 2) * sizeof(float);
  float *column = ck_allocate(bytes);
  for (int64_t y = begin; y < end; y++) {
    int64_t near = y / 2, far = flow_bounded(y % 2 ? near + 1 : near - 1, coarse->height);
    double_row(coarse, flow_row(&from->u, near), flow_row(&from->u, far), column + 1, flow_row(&to->u, y), width);
    double_row(coarse, flow_row(&from->v, near), flow_row(&from->v, far), column + 1, flow_row(&to->v, y), width);
  }
  ck_deallocate(column, bytes);
}

// No flow at all, on the coarsest level.
static void clear_rows(const flow_level *level, int64_t begin, int64_t end) {
  for (int64_t y = begin; y < end; y++) {
    memset(flow_row(&level->field.u, y), 0, (size_t)level->first->width * sizeof(float));
    memset(flow_row(&level->field.v, y), 0, (size_t)level->first->width * sizeof(float));
  }
}

CK_CLONES static void pair_rows(const flow_level *level, int64_t begin, int64_t end) {
  int64_t width = level->first->width;
  for (int64_t y = begin; y < end; y++) {
    const float *u = flow_row(&level->field.u, y), *v = flow_row(&level->field.v, y);
    float *pairs = level->result + 2 * y * width;
    VECTORISED
    for (int64_t x = 0; x < width; x++) {
      pairs[2 * x] = u[x];
      pairs[2 * x + 1] = v[x];
    }
  }
}

void ck_flow_between(const ck_flow_frame *first, const ck_flow_frame *second, float *there, float *back) {
  int flows = back ? 2 : 1;
  flow_level coarser[2], levels[2];
  for (int64_t i = first->levels - 1; i >= 0; i--) {
    levels[0] = level_between(first, second, i);
    if (back) levels[1] = level_between(second, first, i);
    for (int j = 0; j < flows; j++) levels[j].coarser = &coarser[j];
    bool is_coarsest = i == first->levels - 1;
    flow_take(is_coarsest ? clear_rows : double_rows, levels, flows, levels->first->height, grain_rows);
    flow_search(levels, flows);
    flow_refine(levels, flows);
    for (int j = 0; j < flows; j++) {
      if (!is_coarsest) level_free(coarser[j]);
      coarser[j] = levels[j];
    }
  }
  levels[0].result = there;
  if (back) levels[1].result = back;
  flow_take(pair_rows, levels, flows, levels->first->height, grain_rows);
  for (int j = 0; j < flows; j++) level_free(levels[j]);
}
