// Rows put together from parts, and taken apart. Short parts are moved strip by strip, so that a line of memory which
// several of them share crosses the cache once.
#include "ck_copy.h"
#include "runtime/ck_parallel.h"

#include <string.h>

enum { strip_rows = 64, wide = 4096, grain_bytes = 128 << 10 };

typedef struct {
  int count;
  int64_t total;          // bytes of a joined row
  const int64_t *widths;  // of each part
  char *const *parts;     // NULL where not wanted
  char *joined;
  bool joins;
} join_work;

#define MOVE_ROWS(bytes) \
  for (int64_t row = 0; row < rows; row++, from += from_step, to += to_step) memcpy(to, from, bytes)

static void move_rows(int64_t rows, int64_t bytes, const char *from, int64_t from_step, char *to, int64_t to_step) {
  switch (bytes) {
    case 4: MOVE_ROWS(4); break;
    case 16: MOVE_ROWS(16); break;
    case 32: MOVE_ROWS(32); break;
    case 64: MOVE_ROWS(64); break;
    case 128: MOVE_ROWS(128); break;
    default: MOVE_ROWS((size_t)bytes);
  }
}

static void join_rows(void *context, int64_t begin, int64_t end) {
  const join_work *w = context;
  for (int64_t first = begin; first < end; first += strip_rows) {
    int64_t rows = end - first < strip_rows ? end - first : strip_rows;
    char *joined = w->joined + first * w->total;
    for (int i = 0; i < w->count; joined += w->widths[i++]) {
      if (!w->parts[i]) continue;
      char *part = w->parts[i] + first * w->widths[i];
      if (w->joins) move_rows(rows, w->widths[i], part, w->widths[i], joined, w->total);
      else move_rows(rows, w->widths[i], joined, w->total, part, w->widths[i]);
    }
  }
}

static void run(int64_t rows, join_work w) {
  bool is_wide = rows == 1;
  for (int i = 0; i < w.count; w.total += w.widths[i++]) is_wide |= w.widths[i] > wide;
  if (!is_wide) {
    ck_parallel(rows, grain_bytes / (w.total + 1) + 1, &w, join_rows);
    return;
  }
  char *joined = w.joined;
  for (int i = 0; i < w.count; joined += w.widths[i++]) {
    const int64_t sizes[] = {rows, w.widths[i]}, whole[] = {w.total, 1}, part[] = {w.widths[i], 1};
    if (w.joins) ck_copy_strided(1, 2, sizes, w.parts[i], part, joined, whole);
    else if (w.parts[i]) ck_copy_strided(1, 2, sizes, joined, whole, w.parts[i], part);
  }
}

void ck_join(int64_t rows, int count, const int64_t *widths, const void *const *parts, void *joined) {
  run(rows, (join_work){count, 0, widths, (char *const *)parts, joined, true});
}

void ck_split(int64_t rows, int count, const int64_t *widths, const void *joined, void *const *parts) {
  run(rows, (join_work){count, 0, widths, (char *const *)parts, (char *)joined, false});
}
