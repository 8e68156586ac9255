typedef REAL F(vector) __attribute__((vector_size(vector_bytes), may_alias));
enum { F(lanes) = vector_bytes / sizeof(REAL), F(columns) = lstm_vectors * F(lanes) };

// One step. What is multiplied by the weight is packed in blocks: [blocks, inner, four vectors of columns].
typedef struct {
  ck_lstm_sizes sizes;
  int64_t step, row_blocks;
  const REAL *x, *w, *hidden, *cell, *dy;
  REAL *packed, *gates, *y, *cells, *dx, *dhidden, *dcell;
} F(lstm_work);

// Up to `lstm_rows` rows, `apart`, times a block of the weight.
INLINE void F(multiply_rows)(
    int rows, int64_t inner, const REAL *restrict from, int64_t apart, const REAL *restrict block, REAL *restrict to) {
  F(vector) sum[lstm_rows][lstm_vectors] = {0};
  for (int64_t k = 0; k < inner; k++, block += F(columns)) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < lstm_vectors; i++) {
        sum[row][i] += from[row * apart + k] * *(const F(vector) *)(block + i * F(lanes));
      }
    }
  }
  for (int row = 0; row < rows; row++) memcpy(to + row * F(columns), sum[row], sizeof sum[row]);
}

INLINE void F(multiply_block)(
    int64_t rows, int64_t inner, const REAL *from, int64_t apart, const REAL *block, REAL *to) {
  switch (rows) {
    case 6: F(multiply_rows)(6, inner, from, apart, block, to); break;
    case 5: F(multiply_rows)(5, inner, from, apart, block, to); break;
    case 4: F(multiply_rows)(4, inner, from, apart, block, to); break;
    case 3: F(multiply_rows)(3, inner, from, apart, block, to); break;
    case 2: F(multiply_rows)(2, inner, from, apart, block, to); break;
    default: F(multiply_rows)(1, inner, from, apart, block, to);
  }
}

// MARK: Forth

// A block is all gates of a vector of cells.
static CK_CLONES void F(pack_gates)(void *context, int64_t begin, int64_t end) {
  const F(lstm_work) *work = context;
  int64_t hidden = work->sizes.hidden;
  for (int64_t block = begin; block < end; block++) {
    REAL *to = work->packed + block * hidden * F(columns);
    for (int i = 0; i < F(columns); i++) {
      int64_t unit = block * F(lanes) + i % F(lanes);
      const REAL *from = work->w + (i / F(lanes) * hidden + unit) * hidden;
      for (int64_t k = 0; k < hidden; k++) to[k * F(columns) + i] = unit < hidden ? from[k] : 0;
    }
  }
}

INLINE void F(open_gates)(
    int64_t count, int64_t hidden, const REAL *x, const REAL *products, const REAL *before, REAL *gates, REAL *cell, REAL *y) {
  VECTORISED for (int64_t j = 0; j < count; j++) {
    const REAL *p = products + j;
    REAL in = F(sigmoid)(x[j] + p[0]), forget = F(sigmoid)(x[hidden + j] + p[F(lanes)]);
    REAL candidate = F(tanh)(x[2 * hidden + j] + p[2 * F(lanes)]);
    REAL out = F(sigmoid)(x[3 * hidden + j] + p[3 * F(lanes)]);
    REAL content = forget * before[j] + in * candidate;
    gates[j] = in;
    gates[hidden + j] = forget;
    gates[2 * hidden + j] = candidate;
    gates[3 * hidden + j] = out;
    cell[j] = content;
    y[j] = out * F(tanh)(content);
  }
}

static CK_CLONES void F(step_forth)(void *context, int64_t begin, int64_t end) {
  const F(lstm_work) *work = context;
  int64_t hidden = work->sizes.hidden, steps = work->sizes.steps, step = work->step;
  F(vector) products[lstm_rows * lstm_vectors] = {0};
  for (int64_t index = begin; index < end; index++) {
    int64_t block = index / work->row_blocks, first = index % work->row_blocks * lstm_rows;
    int64_t rows = work->sizes.batch - first < lstm_rows ? work->sizes.batch - first : lstm_rows;
    int64_t unit = block * F(lanes), count = hidden - unit < F(lanes) ? hidden - unit : F(lanes);
    if (work->w) {
      const REAL *from = step == 0 ? work->hidden + first * hidden : work->y + (first * steps + step - 1) * hidden;
      F(multiply_block)(
          rows, hidden, from, step == 0 ? hidden : steps * hidden, work->packed + block * hidden * F(columns),
          (REAL *)products);
    }
    for (int64_t row = 0; row < rows; row++) {
      int64_t place = ((first + row) * steps + step) * hidden + unit, all = 4 * (place - unit) + unit;
      const REAL *before = step == 0 ? work->cell + (first + row) * hidden + unit : work->cells + place - hidden;
      F(open_gates)(
          count, hidden, work->x + all, (REAL *)products + row * F(columns), before, work->gates + all,
          work->cells + place, work->y + place);
    }
  }
}

static int64_t F(blocks_of)(int64_t count, int64_t size) { return (count + size - 1) / size; }

// Steps of few products aren't worth a second thread.
static int64_t F(step_grain)(const F(lstm_work) *work) {
  return 1 + (work->w ? 32768 : 8192) / (lstm_rows * F(columns) * (work->w ? work->sizes.hidden : 4));
}

static void F(lstm)(
    const ck_lstm_sizes *sizes, const REAL *x, const REAL *w, const REAL *hidden, const REAL *cell, REAL *gates, REAL *y,
    REAL *cells) {
  int64_t blocks = F(blocks_of)(sizes->hidden, F(lanes));
  size_t bytes = w ? (size_t)(blocks * sizes->hidden * F(columns)) * sizeof(REAL) : 0;
  F(lstm_work) work = {
      .sizes = *sizes, .row_blocks = F(blocks_of)(sizes->batch, lstm_rows), .x = x, .w = w, .hidden = hidden,
      .cell = cell, .gates = gates, .y = y, .cells = cells, .packed = w ? ck_allocate(bytes) : NULL};
  if (w) ck_parallel(blocks, 1, &work, F(pack_gates));
  for (; work.step < sizes->steps; work.step++) {
    ck_parallel(blocks * work.row_blocks, F(step_grain)(&work), &work, F(step_forth));
  }
  if (w) ck_deallocate(work.packed, bytes);
}

// MARK: Back

// A block is four vectors of neighbouring units.
static void F(pack_units)(void *context, int64_t begin, int64_t end) {
  const F(lstm_work) *work = context;
  int64_t hidden = work->sizes.hidden;
  for (int64_t block = begin; block < end; block++) {
    int64_t unit = block * F(columns), count = hidden - unit < F(columns) ? hidden - unit : F(columns);
    REAL *to = work->packed + block * 4 * hidden * F(columns);
    for (int64_t k = 0; k < 4 * hidden; k++, to += F(columns)) {
      memset(to, 0, F(columns) * sizeof(REAL));
      memcpy(to, work->w + k * hidden + unit, (size_t)count * sizeof(REAL));
    }
  }
}

INLINE void F(close_gates)(
    int64_t count, int64_t hidden, const REAL *gates, const REAL *cell, const REAL *before, const REAL *dy,
    const REAL *products, REAL *dcell, REAL *dx) {
  VECTORISED for (int64_t j = 0; j < count; j++) {
    REAL in = gates[j], forget = gates[hidden + j], candidate = gates[2 * hidden + j], out = gates[3 * hidden + j];
    REAL dh = dy[j] + products[j], shown = F(tanh)(cell[j]);
    REAL dc = dcell[j] + dh * out * (1 - shown * shown);
    dx[j] = dc * candidate * in * (1 - in);
    dx[hidden + j] = dc * before[j] * forget * (1 - forget);
    dx[2 * hidden + j] = dc * in * (1 - candidate * candidate);
    dx[3 * hidden + j] = dh * shown * out * (1 - out);
    dcell[j] = dc * forget;
  }
}

static CK_CLONES void F(step_back)(void *context, int64_t begin, int64_t end) {
  const F(lstm_work) *work = context;
  int64_t hidden = work->sizes.hidden, steps = work->sizes.steps, step = work->step;
  F(vector) products[lstm_rows * lstm_vectors] = {0};
  for (int64_t index = begin; index < end; index++) {
    int64_t block = index / work->row_blocks, first = index % work->row_blocks * lstm_rows;
    int64_t rows = work->sizes.batch - first < lstm_rows ? work->sizes.batch - first : lstm_rows;
    int64_t unit = block * F(columns), count = hidden - unit < F(columns) ? hidden - unit : F(columns);
    if (work->w && step + 1 < steps) {
      F(multiply_block)(
          rows, 4 * hidden, work->dx + (first * steps + step + 1) * 4 * hidden, steps * 4 * hidden,
          work->packed + block * 4 * hidden * F(columns), (REAL *)products);
    }
    for (int64_t row = 0; row < rows; row++) {
      const REAL *part = (REAL *)products + row * F(columns);
      int64_t state = (first + row) * hidden + unit;
      if (step < 0) {
        memcpy(work->dhidden + state, part, (size_t)count * sizeof(REAL));
        continue;
      }
      int64_t place = ((first + row) * steps + step) * hidden + unit, all = 4 * (place - unit) + unit;
      F(close_gates)(
          count, hidden, work->gates + all, work->cells + place,
          step == 0 ? work->cell + state : work->cells + place - hidden, work->dy + place, part, work->dcell + state,
          work->dx + all);
    }
  }
}

static void F(lstm_gradient)(
    const ck_lstm_sizes *sizes, const REAL *w, const REAL *cell, const REAL *gates, const REAL *cells, const REAL *dy,
    REAL *dx, REAL *dhidden, REAL *dcell) {
  int64_t blocks = F(blocks_of)(sizes->hidden, F(columns));
  size_t bytes = w ? (size_t)(blocks * 4 * sizes->hidden * F(columns)) * sizeof(REAL) : 0;
  F(lstm_work) work = {
      .sizes = *sizes, .row_blocks = F(blocks_of)(sizes->batch, lstm_rows), .w = w, .cell = cell, .dy = dy,
      .gates = (REAL *)gates, .cells = (REAL *)cells, .dx = dx, .dhidden = dhidden, .dcell = dcell,
      .packed = w ? ck_allocate(bytes) : NULL};
  if (w) ck_parallel(blocks, 1, &work, F(pack_units));
  // Before the first step there is only the state.
  for (work.step = sizes->steps - 1; work.step >= (w ? -1 : 0); work.step--) {
    ck_parallel(blocks * work.row_blocks, F(step_grain)(&work), &work, F(step_back));
  }
  if (w) ck_deallocate(work.packed, bytes);
}
