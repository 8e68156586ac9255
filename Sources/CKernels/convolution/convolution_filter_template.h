typedef struct {
  const ck_convolution *convolution;
  sampling sampling;
  int64_t rows, tiles, chunks;
  int64_t filter_count, sum_count;  // a sum holds the filter's gradient, then the bias's
  const REAL *dy, *x;
  REAL *sums, *dw, *dbias;
} F(filter_gradient);

CK_CLONES static void F(add_rows)(const REAL *restrict rows, int64_t count, int64_t channels,
                                     REAL *restrict sum) {
  for (int64_t row = 0; row < count; row++, rows += channels) {
    for (int64_t c = 0; c < channels; c++) sum[c] += rows[c];
  }
}

CK_CLONES static void F(add_depthwise)(const F(filter_gradient) *work, int64_t begin, int64_t end,
                                          REAL *restrict sum) {
  const sampling *grid = &work->sampling;
  int64_t channels = work->convolution->in_channels;
  cursor cursor = cursor_at(grid->count, begin);
  for (int64_t position = begin; position < end; position++, cursor_advance(&cursor, grid->count)) {
    const REAL *dy = work->dy + position * channels;
    REAL *filter = sum;
    for (int64_t tap0 = 0; tap0 < grid->taps[0]; tap0++) {
      int64_t at0 = cursor.at[0] * grid->step[0] + grid->first[0] + tap0 * grid->advance[0];
      for (int64_t tap1 = 0; tap1 < grid->taps[1]; tap1++) {
        int64_t at1 = cursor.at[1] * grid->step[1] + grid->first[1] + tap1 * grid->advance[1];
        for (int64_t tap2 = 0; tap2 < grid->taps[2]; tap2++, filter += channels) {
          int64_t at2 = cursor.at[2] * grid->step[2] + grid->first[2] + tap2 * grid->advance[2];
          if (at0 < 0 || at0 >= grid->source[0] || at1 < 0 || at1 >= grid->source[1] || at2 < 0
              || at2 >= grid->source[2]) {
            continue;
          }
          const REAL *x = work->x
              + (((cursor.image * grid->source[0] + at0) * grid->source[1] + at1) * grid->source[2] + at2) * channels;
          for (int64_t c = 0; c < channels; c++) filter[c] += dy[c] * x[c];
        }
      }
    }
  }
}

static void F(add_dense)(const F(filter_gradient) *work, int64_t begin, int64_t end, REAL *patches,
                            REAL *sum) {
  const ck_convolution *convolution = work->convolution;
  int64_t width = convolution->in_channels / convolution->groups;
  int64_t outputs = convolution->out_channels / convolution->groups;
  int64_t depth = tap_count(&work->sampling) * width;
  bool pointwise = is_pointwise(&work->sampling);
  for (int64_t group = 0; group < convolution->groups; group++) {
    const REAL *rows = patches;
    int64_t row_stride = depth;
    if (pointwise) {
      rows = work->x + begin * convolution->in_channels + group * width;
      row_stride = convolution->in_channels;
    } else {
      F(gather)(&work->sampling, work->x, convolution->in_channels, group * width, width, begin, end, patches);
    }
    BLAS(gemm)(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)depth, (blasint)outputs, (blasint)(end - begin), 1,
         rows, (blasint)row_stride, work->dy + begin * convolution->out_channels + group * outputs,
         (blasint)convolution->out_channels, 1, sum + group * outputs, (blasint)convolution->out_channels);
  }
}

static void F(add_chunks)(void *context, int64_t first_chunk, int64_t last_chunk) {
  const F(filter_gradient) *work = context;
  const ck_convolution *convolution = work->convolution;
  int64_t positions = position_count(&work->sampling), channels = convolution->out_channels;
  bool depthwise = convolution->groups == convolution->in_channels && convolution->groups == channels;
  int64_t depth = depthwise ? 0 : work->filter_count / channels;
  size_t patch_bytes = (size_t)(work->rows * depth) * sizeof(REAL);
  REAL *patches = ck_allocate(patch_bytes);
  for (int64_t chunk = first_chunk; chunk < last_chunk; chunk++) {
    REAL *sum = work->sums + chunk * work->sum_count;
    memset(sum, 0, (size_t)work->sum_count * sizeof(REAL));
    for (int64_t tile = work->tiles * chunk / work->chunks; tile < work->tiles * (chunk + 1) / work->chunks; tile++) {
      int64_t begin = tile * work->rows, end = begin + work->rows < positions ? begin + work->rows : positions;
      if (depthwise) {
        F(add_depthwise)(work, begin, end, sum);
      } else {
        F(add_dense)(work, begin, end, patches, sum);
      }
      if (work->dbias) {
        F(add_rows)(work->dy + begin * channels, end - begin, channels, sum + work->filter_count);
      }
    }
  }
  ck_deallocate(patches, patch_bytes);
}

CK_CLONES static void F(add_sums)(const F(filter_gradient) *work, int64_t begin, int64_t end,
                                     REAL *restrict result) {
  memcpy(result, work->sums + begin, (size_t)(end - begin) * sizeof(REAL));
  for (int64_t chunk = 1; chunk < work->chunks; chunk++) {
    const REAL *sum = work->sums + chunk * work->sum_count + begin;
    for (int64_t i = 0; i < end - begin; i++) result[i] += sum[i];
  }
}

static void F(add_filter_sums)(void *context, int64_t begin, int64_t end) {
  const F(filter_gradient) *work = context;
  F(add_sums)(work, begin, end, work->dw + begin);
}

static void F(convolution_filter_gradient)(const ck_convolution *convolution, const REAL *dy, const REAL *x,
                                          REAL *dw, REAL *dbias) {
  F(filter_gradient) work = {
      .convolution = convolution, .sampling = sampling_of_input(convolution), .dy = dy, .x = x, .dw = dw, .dbias = dbias};
  int64_t depth = tap_count(&work.sampling) * (convolution->in_channels / convolution->groups);
  work.filter_count = depth * convolution->out_channels;
  work.sum_count = work.filter_count + convolution->out_channels;
  int64_t positions = position_count(&work.sampling);
  work.rows = tile_rows(positions, depth * (int64_t)sizeof(REAL));
  work.tiles = (positions + work.rows - 1) / work.rows;
  work.chunks = chunk_count(work.tiles, work.sum_count * (int64_t)sizeof(REAL));
  size_t sum_bytes = (size_t)(work.chunks * work.sum_count) * sizeof(REAL);
  work.sums = ck_allocate(sum_bytes);
  ck_parallel(work.chunks, 1, &work, F(add_chunks));
  ck_parallel(work.filter_count, 1 << 14, &work, F(add_filter_sums));
  if (dbias) F(add_sums)(&work, work.filter_count, work.sum_count, dbias);
  ck_deallocate(work.sums, sum_bytes);
}
