#include "ck_graph.h"

#include <math.h>

#include "runtime/ck_parallel.h"
#include "ck_spectral.h"

// How many of `size` neighbours around a place lie within `length`, and the first of them.
static int64_t neighbours(int64_t place, int64_t size, int64_t length, int64_t *first) {
  int64_t from = place - size / 2, to = place + size / 2 + 1;
  *first = from > 0 ? from : 0;
  return (to < length ? to : length) - *first;
}

void ck_graph_starts(const ck_graph *g, int64_t *starts) {
  int64_t at = 0, row = 0, first;
  for (int64_t n = 0; n < g->batch; n++) {
    for (int64_t t = 0; t < g->frames; t++) {
      int64_t frames = neighbours(t, g->sizes[0], g->frames, &first);
      for (int64_t h = 0; h < g->height; h++) {
        int64_t plane = frames * neighbours(h, g->sizes[1], g->height, &first);
        for (int64_t w = 0; w < g->width; w++) {
          starts[row++] = at;
          at += plane * neighbours(w, g->sizes[2], g->width, &first);
        }
      }
    }
  }
  starts[row] = at;
}

typedef struct {
  const ck_graph *graph;
  const double *d, *f, *taps[3];
  const int64_t *starts;
  int32_t *columns;
  double *values;
} graph_work;

static CK_CLONES void graph_rows(void *context, int64_t begin, int64_t end) {
  const graph_work *work = context;
  const ck_graph *g = work->graph;
  int64_t nodes = g->batch * g->frames * g->height * g->width;
  for (int64_t i = begin; i < end; i++) {
    int64_t w = i % g->width, h = i / g->width % g->height, t = i / (g->width * g->height) % g->frames;
    int64_t volume = i - (t * g->height + h) * g->width - w, at = work->starts[i], a, b, c;
    int64_t frames = neighbours(t, g->sizes[0], g->frames, &a);
    int64_t rows = neighbours(h, g->sizes[1], g->height, &b);
    int64_t columns = neighbours(w, g->sizes[2], g->width, &c);
    for (int64_t k = 0; k < frames * rows; k++) {
      int64_t frame = a + k / rows, row = b + k % rows;
      double plane = work->d[i] / g->alpha * work->taps[0][frame - t + g->sizes[0] / 2] *
          work->taps[1][row - h + g->sizes[1] / 2];
      for (int64_t column = c; column < c + columns; column++, at++) {
        int64_t j = volume + (frame * g->height + row) * g->width + column;
        double distance = 0;
        for (int64_t channel = 0; channel < g->channels; channel++) {
          double difference = work->f[channel * nodes + i] - work->f[channel * nodes + j];
          distance += difference * difference;
        }
        double similarity = g->exact ? exp(-g->alpha * distance) : 1 - g->alpha * distance;
        work->columns[at] = (int32_t)j;
        work->values[at] =
            plane * work->taps[2][column - w + g->sizes[2] / 2] * similarity * work->d[j];
      }
    }
  }
}

void ck_graph_links(
    const ck_graph *g, const double *d, const double *f, const int64_t *starts, int32_t *columns,
    double *values) {
  double taps[g->sizes[0] + g->sizes[1] + g->sizes[2]];
  graph_work work = {g, d, f, {0}, starts, columns, values};
  double *next = taps;
  for (int axis = 0; axis < 3; axis++) {
    ck_spectral_taps(g->sizes[axis], next);
    work.taps[axis] = next;
    next += g->sizes[axis];
  }
  ck_parallel(g->batch * g->frames * g->height * g->width, 256, &work, graph_rows);
}

typedef struct {
  const int64_t *starts;
  const int32_t *columns;
  const double *values, *x;
  double *y;
} product_work;

static CK_CLONES void product_rows(void *context, int64_t begin, int64_t end) {
  const product_work *work = context;
  const int32_t *columns = work->columns;
  const double *values = work->values, *x = work->x;
  for (int64_t i = begin; i < end; i++) {
#pragma clang fp reassociate(on)
    double sum = 0;
    for (int64_t k = work->starts[i]; k < work->starts[i + 1]; k++) sum += values[k] * x[columns[k]];
    work->y[i] = sum;
  }
}

void ck_sparse_product(
    int64_t rows, const int64_t *starts, const int32_t *columns, const double *values, const double *x,
    double *y) {
  product_work work = {starts, columns, values, x, y};
  ck_parallel(rows, 256, &work, product_rows);
}
