typedef struct {
  sampling sampling;
  placement placement;
  int64_t groups, source_channels, channels, rows;
  const REAL *source, *filter, *bias;  // filter [taps, source_channels / groups, channels]
  bool relu;
  REAL *destination;
} F(correlation);

CK_CLONES static void F(finish)(REAL *restrict values, int64_t rows, int64_t channels,
                                   const REAL *restrict bias, bool relu) {
  for (int64_t row = 0; row < rows; row++, values += channels) {
    if (bias) {
      for (int64_t c = 0; c < channels; c++) values[c] += bias[c];
    }
    if (relu) {
      for (int64_t c = 0; c < channels; c++) values[c] = values[c] < 0 ? 0 : values[c];
    }
  }
}

// One channel per group: too little work for a matrix product, one multiplication per channel and tap.
CK_CLONES static void F(correlate_depthwise)(const F(correlation) *work, int64_t begin, int64_t end,
                                                REAL *restrict result) {
  const sampling *grid = &work->sampling;
  int64_t channels = work->channels;
  memset(result, 0, (size_t)((end - begin) * channels) * sizeof(REAL));
  cursor cursor = cursor_at(grid->count, begin);
  for (int64_t position = begin; position < end; position++, result += channels) {
    const REAL *filter = work->filter;
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
          const REAL *source = work->source
              + (((cursor.image * grid->source[0] + at0) * grid->source[1] + at1) * grid->source[2] + at2) * channels;
          for (int64_t c = 0; c < channels; c++) result[c] += source[c] * filter[c];
        }
      }
    }
    cursor_advance(&cursor, grid->count);
  }
}

static void F(correlate_dense)(const F(correlation) *work, int64_t begin, int64_t end, REAL *patches,
                                  REAL *result) {
  const sampling *grid = &work->sampling;
  int64_t width = work->source_channels / work->groups, outputs = work->channels / work->groups;
  int64_t depth = tap_count(grid) * width;
  bool pointwise = is_pointwise(grid);
  for (int64_t group = 0; group < work->groups; group++) {
    const REAL *rows = patches;
    int64_t row_stride = depth > 0 ? depth : 1;
    if (pointwise) {
      rows = work->source + begin * work->source_channels + group * width;
      row_stride = work->source_channels;
    } else {
      F(gather)(grid, work->source, work->source_channels, group * width, width, begin, end, patches);
    }
    BLAS(gemm)(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)(end - begin), (blasint)outputs, (blasint)depth, 1,
         rows, (blasint)row_stride, work->filter + group * outputs, (blasint)work->channels, 0,
         result + group * outputs, (blasint)work->channels);
  }
}

static void F(correlate_tiles)(void *context, int64_t first_tile, int64_t last_tile) {
  const F(correlation) *work = context;
  const sampling *grid = &work->sampling;
  int64_t positions = position_count(grid), channels = work->channels;
  bool dense = is_dense(&work->placement);
  bool depthwise = work->groups == work->source_channels && work->groups == channels;
  int64_t depth = depthwise ? 0 : tap_count(grid) * (work->source_channels / work->groups);
  size_t patch_bytes = (size_t)(work->rows * depth) * sizeof(REAL);
  size_t result_bytes = dense ? 0 : (size_t)(work->rows * channels) * sizeof(REAL);
  REAL *patches = ck_allocate(patch_bytes), *scattered = ck_allocate(result_bytes);
  for (int64_t tile = first_tile; tile < last_tile; tile++) {
    int64_t begin = tile * work->rows, end = begin + work->rows < positions ? begin + work->rows : positions;
    REAL *result = dense ? work->destination + begin * channels : scattered;
    if (depthwise) {
      F(correlate_depthwise)(work, begin, end, result);
    } else {
      F(correlate_dense)(work, begin, end, patches, result);
    }
    if (work->bias || work->relu) F(finish)(result, end - begin, channels, work->bias, work->relu);
    if (dense) continue;
    cursor cursor = cursor_at(grid->count, begin);
    for (int64_t row = 0; row < end - begin; row++, cursor_advance(&cursor, grid->count)) {
      memcpy(work->destination + place(&work->placement, &cursor) * channels, scattered + row * channels,
             (size_t)channels * sizeof(REAL));
    }
  }
  ck_deallocate(scattered, result_bytes);
  ck_deallocate(patches, patch_bytes);
}

static void F(correlate)(F(correlation) *work) {
  int64_t positions = position_count(&work->sampling);
  int64_t depth = tap_count(&work->sampling) * (work->source_channels / work->groups);
  work->rows = tile_rows(positions, depth * (int64_t)sizeof(REAL));
  ck_parallel((positions + work->rows - 1) / work->rows, 1, work, F(correlate_tiles));
}

static void F(convolution_forward)(const ck_convolution *convolution, const REAL *x, const REAL *w,
                                  const REAL *bias, bool relu, REAL *y) {
  F(correlation) work = {
      .sampling = sampling_of_input(convolution), .groups = convolution->groups,
      .source_channels = convolution->in_channels, .channels = convolution->out_channels,
      .source = x, .filter = w, .bias = bias, .relu = relu, .destination = y};
  for (int axis = 0; axis < 3; axis++) {
    work.placement.size[axis] = convolution->out[axis];
    work.placement.spacing[axis] = 1;
  }
  F(correlate)(&work);
}

// Copies the taps of one phase, channels swapped: [taps, out_channels / groups, in_channels].
static void F(transpose_filter)(const ck_convolution *convolution, const phase *phase, const REAL *w,
                                   REAL *restrict transposed) {
  int64_t width = convolution->in_channels / convolution->groups;
  int64_t outputs = convolution->out_channels / convolution->groups;
  const int64_t *taps = phase->sampling.taps;
  for (int64_t tap = 0; tap < product3(taps); tap++) {
    cursor cursor = cursor_at(taps, tap);
    int64_t filter_tap = 0;
    for (int axis = 0; axis < 3; axis++) {
      filter_tap = filter_tap * convolution->kernel[axis] + phase->first_tap[axis] + cursor.at[axis] * phase->tap_step[axis];
    }
    const REAL *from = w + filter_tap * width * convolution->out_channels;
    for (int64_t output = 0; output < outputs; output++) {
      for (int64_t group = 0; group < convolution->groups; group++) {
        for (int64_t input = 0; input < width; input++) {
          *transposed++ = from[input * convolution->out_channels + group * outputs + output];
        }
      }
    }
  }
}

static void F(convolution_input_gradient)(const ck_convolution *convolution, const REAL *dy, const REAL *w,
                                         REAL *dx) {
  size_t filter_bytes = (size_t)(product3(convolution->kernel) * convolution->in_channels
                                 * convolution->out_channels / convolution->groups) * sizeof(REAL);
  REAL *transposed = ck_allocate(filter_bytes);
  for (int64_t remainder = 0; remainder < product3(convolution->stride); remainder++) {
    cursor cursor = cursor_at(convolution->stride, remainder);
    phase phase = phase_of_gradient(convolution, cursor.at);
    F(transpose_filter)(convolution, &phase, w, transposed);
    F(correlation) work = {
        .sampling = phase.sampling, .placement = phase.placement, .groups = convolution->groups,
        .source_channels = convolution->out_channels, .channels = convolution->in_channels,
        .source = dy, .filter = transposed, .destination = dx};
    F(correlate)(&work);
  }
  ck_deallocate(transposed, filter_bytes);
}
