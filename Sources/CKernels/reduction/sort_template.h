// A stable radix sort, least significant digit first. A long row is cut into pieces that are counted and
// scattered in parallel where there are not rows enough for all threads; short rows are merged.

typedef struct {
  KEY key;
  uint32_t index;
} F(item);

enum {
  F(digit_bits) = 11,
  F(digits) = 1 << F(digit_bits),
  F(long_row) = 1 << 9,
  F(piece) = 1 << 15,
  F(run) = 16
};

// MARK: Long rows

typedef struct {
  int64_t columns, pieces;
  int shift;
  bool descending;
  const REAL *x;
  F(item) *from, *to;
  uint32_t *place;  // [pieces, digits]: how many of each digit, then where they go
  REAL *values;
  int32_t *permutation;
} F(radix_context);

static void F(piece_bounds)(
    const F(radix_context) *work, int64_t piece, int64_t *first, int64_t *last) {
  *first = work->columns * piece / work->pieces;
  *last = work->columns * (piece + 1) / work->pieces;
}

static void F(keys_body)(void *opaque, int64_t begin, int64_t end) {
  const F(radix_context) *work = opaque;
  for (int64_t i = begin; i < end; i++)
    work->from[i] = (F(item)){F(key)(work->x[i], work->descending), (uint32_t)i};
}

static void F(count_body)(void *opaque, int64_t begin, int64_t end) {
  const F(radix_context) *work = opaque;
  for (int64_t piece = begin; piece < end; piece++) {
    uint32_t *count = work->place + piece * F(digits);
    int64_t first, last;
    F(piece_bounds)(work, piece, &first, &last);
    memset(count, 0, F(digits) * sizeof(uint32_t));
    for (int64_t i = first; i < last; i++)
      count[work->from[i].key >> work->shift & (F(digits) - 1)] += 1;
  }
}

static void F(scatter_body)(void *opaque, int64_t begin, int64_t end) {
  const F(radix_context) *work = opaque;
  for (int64_t piece = begin; piece < end; piece++) {
    uint32_t *place = work->place + piece * F(digits);
    int64_t first, last;
    F(piece_bounds)(work, piece, &first, &last);
    for (int64_t i = first; i < last; i++) {
      F(item) item = work->from[i];
      work->to[place[item.key >> work->shift & (F(digits) - 1)]++] = item;
    }
  }
}

static void F(gather_body)(void *opaque, int64_t begin, int64_t end) {
  const F(radix_context) *work = opaque;
  for (int64_t i = begin; i < end; i++) {
    uint32_t index = work->from[i].index;
    work->permutation[i] = (int32_t)index;
    work->values[i] = work->x[index];
  }
}

// Turns counts into places; false where all items share one digit, so that they may stay.
static bool F(places)(const F(radix_context) *work) {
  uint32_t total = 0;
  for (int64_t digit = 0; digit < F(digits); digit++) {
    uint32_t before = total;
    for (int64_t piece = 0; piece < work->pieces; piece++) {
      uint32_t *place = &work->place[piece * F(digits) + digit], count = *place;
      *place = total;
      total += count;
    }
    if (total - before == work->columns) return false;
  }
  return true;
}

static void F(sort_long)(
    int64_t columns, bool descending, const REAL *x, REAL *values, int32_t *permutation) {
  int64_t pieces = ck_thread_count(), most = columns / F(piece) + 1;
  if (pieces > most) pieces = most;
  size_t item_bytes = (size_t)columns * sizeof(F(item));
  size_t place_bytes = (size_t)(pieces * F(digits)) * sizeof(uint32_t);
  F(radix_context) work = {
      .columns = columns, .pieces = pieces, .descending = descending, .x = x,
      .from = ck_allocate(item_bytes), .to = ck_allocate(item_bytes),
      .place = ck_allocate(place_bytes), .values = values, .permutation = permutation};
  ck_parallel(columns, F(piece), &work, F(keys_body));
  for (int bits = 0; bits < (int)(8 * sizeof(KEY)); bits += F(digit_bits)) {
    work.shift = bits;
    ck_parallel(pieces, 1, &work, F(count_body));
    if (!F(places)(&work)) continue;
    ck_parallel(pieces, 1, &work, F(scatter_body));
    F(item) *sorted = work.to;
    work.to = work.from;
    work.from = sorted;
  }
  ck_parallel(columns, F(piece), &work, F(gather_body));
  ck_deallocate(work.from, item_bytes);
  ck_deallocate(work.to, item_bytes);
  ck_deallocate(work.place, place_bytes);
}

// MARK: Short rows

// Merges sorted neighbours of growing length, back and forth; returns where the result lies.
static F(item) *F(merge_sort)(int64_t count, F(item) *from, F(item) *to) {
  for (int64_t first = 0; first < count; first += F(run)) {
    int64_t last = first + F(run) < count ? first + F(run) : count;
    for (int64_t i = first + 1; i < last; i++) {
      F(item) item = from[i];
      int64_t j = i;
      for (; j > first && from[j - 1].key > item.key; j--) from[j] = from[j - 1];
      from[j] = item;
    }
  }
  for (int64_t length = F(run); length < count; length *= 2) {
    for (int64_t first = 0; first < count; first += 2 * length) {
      int64_t middle = first + length < count ? first + length : count;
      int64_t last = middle + length < count ? middle + length : count;
      int64_t left = first, right = middle, place = first;
      while (left < middle && right < last) {
        bool takes_right = from[right].key < from[left].key;
        to[place++] = from[takes_right ? right : left];
        right += takes_right;
        left += !takes_right;
      }
      memcpy(to + place, from + left, (size_t)(middle - left) * sizeof *to);
      memcpy(to + place + middle - left, from + right, (size_t)(last - right) * sizeof *to);
    }
    F(item) *merged = to;
    to = from;
    from = merged;
  }
  return from;
}

typedef struct {
  int64_t columns, k;
  bool descending;
  const REAL *x;
  REAL *values;
  int32_t *indices;
} F(rows_context);

static void F(sort_short)(
    int64_t columns, bool descending, const REAL *x, REAL *values, int32_t *permutation) {
  size_t bytes = (size_t)(2 * columns) * sizeof(F(item));
  F(item) *items = ck_allocate(bytes);
  for (int64_t i = 0; i < columns; i++)
    items[i] = (F(item)){F(key)(x[i], descending), (uint32_t)i};
  const F(item) *sorted = F(merge_sort)(columns, items, items + columns);
  for (int64_t i = 0; i < columns; i++) {
    permutation[i] = (int32_t)sorted[i].index;
    values[i] = x[sorted[i].index];
  }
  ck_deallocate(items, bytes);
}

static void F(sort_body)(void *opaque, int64_t begin, int64_t end) {
  const F(rows_context) *work = opaque;
  int64_t columns = work->columns;
  for (int64_t i = begin * columns; i < end * columns; i += columns)
    (columns < F(long_row) ? F(sort_short) : F(sort_long))(
        columns, work->descending, work->x + i, work->values + i, work->indices + i);
}

static void F(sort)(
    int64_t rows, int64_t columns, bool descending, const REAL *x, REAL *values,
    int32_t *permutation) {
  if (columns <= 0) return;
  F(rows_context) work = {columns, columns, descending, x, values, permutation};
  if (rows < ck_thread_count())
    F(sort_body)(&work, 0, rows);
  else
    ck_parallel(rows, F(long_row) / columns + 1, &work, F(sort_body));
}

// MARK: The first k

static bool F(comes_after)(F(item) a, F(item) b) {
  return a.key > b.key || (a.key == b.key && a.index > b.index);
}

// Puts `item` into a heap whose root, the last in order, is free.
static void F(sink)(F(item) *heap, int64_t count, F(item) item) {
  int64_t node = 0;
  for (int64_t child; (child = 2 * node + 1) < count; node = child) {
    if (child + 1 < count && F(comes_after)(heap[child + 1], heap[child])) child += 1;
    if (!F(comes_after)(heap[child], item)) break;
    heap[node] = heap[child];
  }
  heap[node] = item;
}

static void F(top_k_body)(void *opaque, int64_t begin, int64_t end) {
  const F(rows_context) *work = opaque;
  int64_t columns = work->columns, k = work->k;
  size_t bytes = (size_t)k * sizeof(F(item));
  F(item) *heap = ck_allocate(bytes);
  for (int64_t row = begin; row < end; row++) {
    const REAL *x = work->x + row * columns;
    // What any item comes before, until the heap holds k of the row.
    for (int64_t i = 0; i < k; i++) heap[i] = (F(item)){(KEY)-1, UINT32_MAX};
    for (int64_t i = 0; i < columns; i++) {
      F(item) item = {F(key)(x[i], work->descending), (uint32_t)i};
      if (F(comes_after)(heap[0], item)) F(sink)(heap, k, item);
    }
    for (int64_t last = k - 1; last >= 0; last--) {
      uint32_t index = heap[0].index;
      work->indices[row * k + last] = (int32_t)index;
      work->values[row * k + last] = x[index];
      F(sink)(heap, last, heap[last]);
    }
  }
  ck_deallocate(heap, bytes);
}

static void F(top_k)(
    int64_t rows, int64_t columns, int64_t k, bool largest, const REAL *x, REAL *values,
    int32_t *indices) {
  if (k <= 0) return;
  F(rows_context) work = {columns, k, largest, x, values, indices};
  ck_parallel(rows, F(piece) / columns + 1, &work, F(top_k_body));
}

// MARK: Lovász

typedef struct {
  int64_t count;
  const REAL *truth;
  REAL *gradient;
  double *before;  // [pieces + 1]: the truth's sum over each piece, then over all before it
} F(lovasz_context);

static void F(truth_body)(void *opaque, int64_t begin, int64_t end) {
  const F(lovasz_context) *work = opaque;
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t first = piece * F(piece), last = first + F(piece);
    if (last > work->count) last = work->count;
    double sum = 0;
    for (int64_t i = first; i < last; i++) sum += (double)work->truth[i];
    work->before[piece] = sum;
  }
}

static void F(jaccard_body)(void *opaque, int64_t begin, int64_t end) {
  const F(lovasz_context) *work = opaque;
  double total = work->before[(work->count + F(piece) - 1) / F(piece)];
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t first = piece * F(piece), last = first + F(piece);
    if (last > work->count) last = work->count;
    double sum = work->before[piece];
    double previous = first > 0 ? 1 - (total - sum) / (total + ((double)first - sum)) : 0;
    for (int64_t i = first; i < last; i++) {
      sum += (double)work->truth[i];
      double jaccard = 1 - (total - sum) / (total + ((double)(i + 1) - sum));
      work->gradient[i] = (REAL)(jaccard - previous);
      previous = jaccard;
    }
  }
}

static void F(lovasz_row)(int64_t count, const REAL *truth_sorted, REAL *gradient) {
  int64_t pieces = (count + F(piece) - 1) / F(piece);
  size_t bytes = (size_t)(pieces + 1) * sizeof(double);
  F(lovasz_context) work = {count, truth_sorted, gradient, ck_allocate(bytes)};
  ck_parallel(pieces, 1, &work, F(truth_body));
  double total = 0;
  for (int64_t piece = 0; piece < pieces; piece++) {
    double sum = work.before[piece];
    work.before[piece] = total;
    total += sum;
  }
  work.before[pieces] = total;
  ck_parallel(pieces, 1, &work, F(jaccard_body));
  ck_deallocate(work.before, bytes);
}

static void F(lovasz_gradient)(int64_t rows, int64_t columns, const REAL *truth_sorted, REAL *gradient) {
  for (int64_t row = 0; row < rows; row++) {
    F(lovasz_row)(columns, truth_sorted + row * columns, gradient + row * columns);
  }
}
