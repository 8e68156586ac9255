#include "ck_lattice.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "lattice_corners.h"
#include "runtime/template.h"

struct ck_lattice {
  int64_t points, dimensions, count;  // `count` of corners
  // Of each point its corners, and the share of its value that goes to each: [points, dimensions + 1].
  int32_t *corners;
  float *shares;
  // The same by corner: where the entries of each start, and their places in the arrays above.
  int64_t *starts;
  int32_t *entries;
  // The two neighbours of each corner in each direction, [dimensions + 1, corners, 2]; `count` where there is none.
  int32_t *neighbours;
};

// Points are located side by side and looked up one after another, so that the numbers of the corners never depend on
// the threads.
enum { batch_points = 8192 };

typedef struct {
  int64_t dimensions, first;
  const float *positions;
  int32_t *keys;
  float *shares;
} location_work;

// The corners of the simplex around each point, and its barycentric coordinates (Adams et al., §3.2): the nearest lattice
// point of remainder 0, then the others in the order of the distances along the axes.
static CK_CLONES void locate(void *context, int64_t begin, int64_t end) {
  const location_work *work = context;
  int64_t d = work->dimensions;
  float scale[d], x[d + 1], nearest[d + 1], share[d + 2];
  int64_t rank[d + 1];
  // Blurring d + 1 times with ½, 1, ½, and sharing out and gathering, is a Gaussian of deviation 1 so.
  for (int64_t i = 0; i < d; i++)
    scale[i] = (float)((double)(d + 1) * sqrt(2.0 / 3 / (double)((i + 1) * (i + 2))));
  for (int64_t point = begin; point < end; point++) {
    const float *position = work->positions + (work->first + point) * d;
    float sum = 0;
    for (int64_t i = d; i > 0; i--) {
      float along = position[i - 1] * scale[i - 1];
      x[i] = sum - (float)i * along;
      sum += along;
    }
    x[0] = sum;

    int64_t excess = 0;
    for (int64_t i = 0; i <= d; i++) {
      float whole = rintf(x[i] / (float)(d + 1));
      excess += (int64_t)whole;
      nearest[i] = whole * (float)(d + 1);
      rank[i] = 0;
    }
    for (int64_t i = 0; i < d; i++) {
      for (int64_t j = i + 1; j <= d; j++) {
        bool less = x[i] - nearest[i] < x[j] - nearest[j];
        rank[less ? i : j]++;
      }
    }
    // Back onto the plane where the coordinates sum to 0.
    for (int64_t i = 0; i <= d; i++) {
      rank[i] += excess;
      int64_t turns = rank[i] < 0 ? 1 : rank[i] > d ? -1 : 0;
      rank[i] += turns * (d + 1);
      nearest[i] += (float)(turns * (d + 1));
    }

    memset(share, 0, sizeof share);
    for (int64_t i = 0; i <= d; i++) {
      float part = (x[i] - nearest[i]) / (float)(d + 1);
      share[d - rank[i]] += part;
      share[d + 1 - rank[i]] -= part;
    }
    share[0] += 1 + share[d + 1];
    memcpy(work->shares + (work->first + point) * (d + 1), share, (size_t)(d + 1) * sizeof(float));

    for (int64_t corner = 0; corner <= d; corner++) {
      int32_t *key = work->keys + (point * (d + 1) + corner) * d;
      for (int64_t i = 0; i < d; i++)
        key[i] = (int32_t)nearest[i] + (int32_t)(rank[i] <= d - corner ? corner : corner - d - 1);
    }
  }
}

static void find_corners(ck_lattice *lattice, corner_table *table, const float *positions) {
  int64_t d = lattice->dimensions, most = lattice->points < batch_points ? lattice->points : batch_points;
  size_t bytes = (size_t)(most * (d + 1) * d) * sizeof(int32_t);
  location_work work = {d, 0, positions, ck_allocate(bytes), lattice->shares};
  for (; work.first < lattice->points; work.first += batch_points) {
    int64_t left = lattice->points - work.first, count = left < batch_points ? left : batch_points;
    ck_parallel(count, 64, &work, locate);
    for (int64_t entry = 0; entry < count * (d + 1); entry++)
      lattice->corners[work.first * (d + 1) + entry] = corner_insert(table, work.keys + entry * d);
  }
  ck_deallocate(work.keys, bytes);
}

static void sort_entries(ck_lattice *lattice) {
  int64_t count = lattice->points * (lattice->dimensions + 1), *starts = lattice->starts;
  memset(starts, 0, (size_t)(lattice->count + 1) * sizeof(int64_t));
  for (int64_t i = 0; i < count; i++) starts[lattice->corners[i] + 1]++;
  for (int64_t c = 0; c < lattice->count; c++) starts[c + 1] += starts[c];
  // Each start runs on to the next one's, and is put back.
  for (int64_t i = 0; i < count; i++) lattice->entries[starts[lattice->corners[i]]++] = (int32_t)i;
  for (int64_t c = lattice->count; c > 0; c--) starts[c] = starts[c - 1];
  starts[0] = 0;
}

typedef struct {
  ck_lattice *lattice;
  const corner_table *table;
} neighbour_work;

static void find_neighbours(void *context, int64_t begin, int64_t end) {
  const neighbour_work *work = context;
  int64_t d = work->lattice->dimensions, count = work->lattice->count;
  int32_t before[d], after[d];
  for (int64_t place = begin; place < end; place++) {
    int64_t direction = place / count;
    const int32_t *key = corner_key(work->table, place % count);
    for (int64_t i = 0; i < d; i++) {
      before[i] = key[i] - 1;
      after[i] = key[i] + 1;
    }
    if (direction < d) {
      before[direction] = key[direction] + (int32_t)d;
      after[direction] = key[direction] - (int32_t)d;
    }
    work->lattice->neighbours[2 * place] = corner_find(work->table, before, (int32_t)count);
    work->lattice->neighbours[2 * place + 1] = corner_find(work->table, after, (int32_t)count);
  }
}

static size_t entry_bytes(const ck_lattice *l) {
  return (size_t)(l->points * (l->dimensions + 1)) * sizeof(int32_t);
}

static size_t neighbour_bytes(const ck_lattice *l) {
  return (size_t)(2 * (l->dimensions + 1) * l->count) * sizeof(int32_t);
}

ck_lattice *ck_lattice_make(int64_t points, int64_t dimensions, const float *positions) {
  ck_lattice *lattice = ck_allocate(sizeof(ck_lattice));
  *lattice = (ck_lattice){.points = points, .dimensions = dimensions};
  lattice->corners = ck_allocate(entry_bytes(lattice));
  lattice->shares = ck_allocate(entry_bytes(lattice));
  lattice->entries = ck_allocate(entry_bytes(lattice));
  corner_table table = corner_table_make(dimensions);
  find_corners(lattice, &table, positions);
  lattice->count = table.count;
  lattice->starts = ck_allocate((size_t)(lattice->count + 1) * sizeof(int64_t));
  lattice->neighbours = ck_allocate(neighbour_bytes(lattice));
  sort_entries(lattice);
  neighbour_work work = {lattice, &table};
  ck_parallel((dimensions + 1) * lattice->count, 1024, &work, find_neighbours);
  corner_table_free(&table);
  return lattice;
}

void ck_lattice_free(ck_lattice *lattice) {
  ck_deallocate(lattice->neighbours, neighbour_bytes(lattice));
  ck_deallocate(lattice->starts, (size_t)(lattice->count + 1) * sizeof(int64_t));
  ck_deallocate(lattice->entries, entry_bytes(lattice));
  ck_deallocate(lattice->shares, entry_bytes(lattice));
  ck_deallocate(lattice->corners, entry_bytes(lattice));
  ck_deallocate(lattice, sizeof(ck_lattice));
}

typedef struct {
  const ck_lattice *lattice;
  int64_t channels, direction;
  const float *x;
  float *y;
} filter_work;

INLINE void share_out(const filter_work *work, int64_t channels, int64_t begin, int64_t end) {
  const ck_lattice *l = work->lattice;
  int64_t corners = l->dimensions + 1;
  for (int64_t c = begin; c < end; c++) {
    float *y = work->y + c * channels;
    for (int64_t k = 0; k < channels; k++) y[k] = 0;
    for (int64_t e = l->starts[c]; e < l->starts[c + 1]; e++) {
      const float share = l->shares[l->entries[e]], *x = work->x + l->entries[e] / corners * channels;
      for (int64_t k = 0; k < channels; k++) y[k] += share * x[k];
    }
  }
}

INLINE void blur(const filter_work *work, int64_t channels, int64_t begin, int64_t end) {
  const int32_t *neighbours = work->lattice->neighbours + 2 * work->direction * work->lattice->count;
  for (int64_t c = begin; c < end; c++) {
    const float *x = work->x + c * channels, *before = work->x + neighbours[2 * c] * channels,
                *after = work->x + neighbours[2 * c + 1] * channels;
    for (int64_t k = 0; k < channels; k++)
      work->y[c * channels + k] = x[k] + 0.5f * (before[k] + after[k]);
  }
}

INLINE void gather(const filter_work *work, int64_t channels, int64_t begin, int64_t end) {
  const ck_lattice *l = work->lattice;
  int64_t corners = l->dimensions + 1;
  // The kernel is 1 at distance 0 where a point's simplex has no other points around it, roughly.
  float scale = 1 / (1 + exp2f(-(float)l->dimensions));
  for (int64_t i = begin; i < end; i++) {
    float *y = work->y + i * channels;
    for (int64_t k = 0; k < channels; k++) y[k] = 0;
    for (int64_t e = i * corners; e < (i + 1) * corners; e++) {
      const float share = scale * l->shares[e], *x = work->x + l->corners[e] * channels;
      for (int64_t k = 0; k < channels; k++) y[k] += share * x[k];
    }
  }
}

// Loops over few channels are unrolled.
#define FEW_CHANNELS(stage)                                                                        \
  static void stage##_range(void *context, int64_t begin, int64_t end) {                           \
    const filter_work *work = context;                                                             \
    switch (work->channels) {                                                                      \
      case 1: stage(work, 1, begin, end); break;                                                   \
      case 2: stage(work, 2, begin, end); break;                                                   \
      default: stage(work, work->channels, begin, end);                                            \
    }                                                                                              \
  }

FEW_CHANNELS(share_out)
FEW_CHANNELS(blur)
FEW_CHANNELS(gather)

void ck_lattice_filter(const ck_lattice *lattice, int64_t channels, const float *x, float *y) {
  // One corner more, whose values stay 0, stands for those that are missing.
  size_t bytes = (size_t)((lattice->count + 1) * channels) * sizeof(float);
  float *values = ck_allocate(bytes), *blurred = ck_allocate(bytes);
  memset(values + lattice->count * channels, 0, (size_t)channels * sizeof(float));
  memset(blurred + lattice->count * channels, 0, (size_t)channels * sizeof(float));
  filter_work work = {lattice, channels, 0, x, values};
  ck_parallel(lattice->count, 256, &work, share_out_range);
  for (int64_t direction = 0; direction <= lattice->dimensions; direction++) {
    work = (filter_work){lattice, channels, direction, values, blurred};
    ck_parallel(lattice->count, 1024, &work, blur_range);
    float *swap = values;
    values = blurred;
    blurred = swap;
  }
  work = (filter_work){lattice, channels, 0, values, y};
  ck_parallel(lattice->points, 256, &work, gather_range);
  ck_deallocate(values, bytes);
  ck_deallocate(blurred, bytes);
}
