// STORED in memory, PER_STEP neighbours of a row to a step. A step of a panel holds, per channel, the step's neighbours
// side by side; where these are two, a second panel has the steps that begin at odd columns.

enum { F(x_step) = lanes * PER_STEP, F(dy_step) = outputs * PER_STEP };

// `count` vectors by the outputs, summed over `rows` rows, and added to what `result` holds unless it is the first.
#define TILE(count)                                                                                             \
  TARGET static void F(tile##count)(                                                                         \
      int64_t rows, int64_t steps, const STORED *const *x, int64_t x_row, const STORED *dy, int64_t dy_row,     \
      bool is_first, float *result) {                                                                           \
    vector sum[count][outputs] = {0};                                                                           \
    if (!is_first) memcpy(sum, result, sizeof sum);                                                             \
    for (int64_t row = 0; row < rows; row++) {                                                                  \
      const STORED *from[count], *by = dy + row * dy_row;                                                       \
      for (int i = 0; i < count; i++) from[i] = x[i] + row * x_row;                                             \
      for (int64_t step = 0; step < steps; step++, by += F(dy_step)) {                                       \
        vector values[count];                                                                                   \
        for (int i = 0; i < count; i++) {                                                                       \
          values[i] = *(const unaligned_vector *)from[i];                                                       \
          from[i] += F(x_step);                                                                              \
        }                                                                                                       \
        for (int o = 0; o < outputs; o++) {                                                                     \
          for (int i = 0; i < count; i++) sum[i][o] = MULTIPLY_ADD(sum[i][o], values[i], by + o * PER_STEP);    \
        }                                                                                                       \
      }                                                                                                         \
    }                                                                                                           \
    memcpy(result, sum, sizeof sum);                                                                            \
  }

TILE(1)
TILE(2)
TILE(3)
#undef TILE

// The channels at a column of a row, zeros beside it.
static inline const STORED *F(at)(
    const STORED *row, int64_t column, int64_t columns, int64_t channels, const STORED *zeros) {
  return column >= 0 && column < columns ? row + column * channels : zeros;
}

// A row of x, NULL where it is padding, as [blocks, PANELS, places, lanes, PER_STEP].
TARGET static void F(pack_x)(const filter_work *w, const STORED *row, const STORED *zeros, STORED *panels) {
  const ck_convolution *it = w->convolution;
  int64_t channels = it->in_channels, panel = w->places * F(x_step);
  if (!row) {
    memset(panels, 0, (size_t)(w->blocks * PANELS * panel) * sizeof(STORED));
    return;
  }
  for (int64_t place = 0; place < w->places; place++) {
    const STORED *columns[PANELS + PER_STEP - 1];
    for (int i = 0; i < PANELS + PER_STEP - 1; i++) {
      columns[i] = F(at)(row, place * PER_STEP - it->before[2] + i, it->in[2], channels, zeros);
    }
    for (int64_t block = 0; block < w->blocks; block++) {
      STORED *to = panels + block * PANELS * panel + place * F(x_step);
      for (int i = 0; i < PANELS; i++) PACK(lanes, columns + i, block * lanes, to + i * panel);
    }
  }
}

// A row of dy as [out_blocks, steps, outputs, PER_STEP], out_blocks `stride` apart.
TARGET static void F(pack_dy)(
    const filter_work *w, const STORED *row, const STORED *zeros, int64_t stride, STORED *panels) {
  const ck_convolution *it = w->convolution;
  for (int64_t step = 0; step < w->steps; step++) {
    const STORED *columns[PER_STEP];
    for (int i = 0; i < PER_STEP; i++) {
      columns[i] = F(at)(row, step * PER_STEP + i, it->out[2], it->out_channels, zeros);
    }
    for (int64_t block = 0; block < w->out_blocks; block++) {
      PACK(outputs, columns, block * outputs, panels + block * stride + step * F(dy_step));
    }
  }
}

TARGET static void F(add_bias)(const STORED *row, int64_t columns, int64_t channels, float *sum) {
  for (int64_t column = 0; column < columns; column++, row += channels) {
    for (int64_t c = 0; c < channels; c++) sum[c] += LOAD(row[c]);
  }
}

// The products of a chunk's rows of dy with as many rows of x, for one row of the kernel.
static void F(add_products)(
    const filter_work *w, int64_t rows, const STORED *x, int64_t x_row, const STORED *dy, int64_t dy_block,
    bool is_first, float *sums) {
  const ck_convolution *it = w->convolution;
  int64_t dy_row = w->steps * F(dy_step), panel = w->places * F(x_step);
  for (int64_t first = 0; first < w->vectors; first += most_vectors) {
    int64_t count = w->vectors - first < most_vectors ? w->vectors - first : most_vectors;
    const STORED *from[most_vectors];
    for (int64_t i = 0; i < count; i++) {
      int64_t block = (first + i) / it->kernel[2], offset = (first + i) % it->kernel[2] * it->dilation[2];
      from[i] = x + (block * PANELS + offset % PER_STEP) * panel + offset / PER_STEP * F(x_step);
    }
    for (int64_t block = 0; block < w->out_blocks; block++) {
      float *result = sums + (block * w->vectors + first) * outputs * lanes;
      const STORED *by = dy + block * dy_block;
      if (count == 3) F(tile3)(rows, w->steps, from, x_row, by, dy_row, is_first, result);
      else if (count == 2) F(tile2)(rows, w->steps, from, x_row, by, dy_row, is_first, result);
      else F(tile1)(rows, w->steps, from, x_row, by, dy_row, is_first, result);
    }
  }
}

static void F(add_chunks)(void *context, int64_t begin, int64_t end) {
  const filter_work *w = context;
  const ck_convolution *it = w->convolution;
  int64_t reach = (it->kernel[1] - 1) * it->dilation[1], x_rows = w->rows + reach;
  int64_t x_row = w->blocks * PANELS * w->places * F(x_step), dy_row = w->steps * F(dy_step);
  int64_t dy_block = w->rows * dy_row, row_chunks = (it->out[1] + w->rows - 1) / w->rows;
  int64_t most_channels = it->in_channels > it->out_channels ? it->in_channels : it->out_channels;
  size_t bytes = (size_t)(x_rows * x_row + w->out_blocks * dy_block + most_channels) * sizeof(STORED);
  STORED *x = ck_allocate(bytes), *dy = x + x_rows * x_row, *zeros = dy + w->out_blocks * dy_block;
  memset(zeros, 0, (size_t)most_channels * sizeof(STORED));
  // Then a group's first chunk meets each of its sums, once.
  bool is_flat = it->kernel[0] == 1 && it->before[0] == 0 && it->in[0] == it->out[0];
  for (int64_t group = begin; group < end; group++) {
    float *sums = w->sums + group * w->sum_count;
    int64_t first_chunk = w->chunks * group / w->groups, last_chunk = w->chunks * (group + 1) / w->groups;
    if (!is_flat) memset(sums, 0, (size_t)w->sum_count * sizeof(float));
    for (int64_t chunk = first_chunk; chunk < last_chunk; chunk++) {
      int64_t first = chunk % row_chunks * w->rows, plane = chunk / row_chunks;
      int64_t rows = it->out[1] - first < w->rows ? it->out[1] - first : w->rows;
      int64_t image = plane / it->out[0], time = plane % it->out[0];
      const STORED *gradient = (const STORED *)w->dy + (plane * it->out[1] + first) * it->out[2] * it->out_channels;
      for (int64_t row = 0; row < rows; row++) {
        const STORED *from = gradient + row * it->out[2] * it->out_channels;
        F(pack_dy)(w, from, zeros, dy_block, dy + row * dy_row);
        if (w->bias_sums) {
          F(add_bias)(from, it->out[2], it->out_channels, w->bias_sums + group * it->out_channels);
        }
      }
      for (int64_t k0 = 0; k0 < it->kernel[0]; k0++) {
        int64_t at0 = time + k0 * it->dilation[0] - it->before[0];
        if (at0 < 0 || at0 >= it->in[0]) continue;
        const STORED *frame =
            (const STORED *)w->x + (image * it->in[0] + at0) * it->in[1] * it->in[2] * it->in_channels;
        for (int64_t row = 0; row < rows + reach; row++) {
          int64_t at1 = first + row - it->before[1];
          bool is_inside = at1 >= 0 && at1 < it->in[1];
          F(pack_x)(w, is_inside ? frame + at1 * it->in[2] * it->in_channels : NULL, zeros, x + row * x_row);
        }
        for (int64_t k1 = 0; k1 < it->kernel[1]; k1++) {
          F(add_products)(
              w, rows, x + k1 * it->dilation[1] * x_row, x_row, dy, dy_block,
              is_flat && chunk == first_chunk,
              sums + (k0 * it->kernel[1] + k1) * w->out_blocks * w->vectors * outputs * lanes);
        }
      }
    }
  }
  ck_deallocate(x, bytes);
}
