// STORED in memory.

// A'mA of a tile's products with `wide` outputs from `output` on, the points `apart`.
TARGET static void F(finish_tile)(
    const winograd_work *work, int64_t index, int64_t output, int64_t wide, const float *from, int64_t apart) {
  const winograd *plan = &work->plan;
  winograd_place at = winograd_place_of(plan, index);
  int64_t height = plan->out[1], width = plan->out[2], line = width * plan->outputs;
  int64_t rows = height - at.row, columns = width - at.column, frame = at.image * plan->out[0] + at.frame;
  STORED *to = (STORED *)work->y + (frame * height + at.row) * line + at.column * plan->outputs + output;
  for (int64_t i = 0; i < wide; i += lanes) {
    vector bias = work->bias ? load_f32(work->bias + output + i) : (vector){0};
    // The next tile's.
    for (int row = 0; row < tile; row++) {
      for (int column = tile; column < 2 * tile; column++) __builtin_prefetch(to + row * line + column * plan->outputs + i, 1);
    }
    vector half[tile][patch], m[patch], result[tile];
    for (int column = 0; column < patch; column++) {
      for (int row = 0; row < patch; row++) m[row] = *(const vector *)(from + (row * patch + column) * apart + i);
      transform_output(m, result);
      for (int row = 0; row < tile; row++) half[row][column] = result[row];
    }
    for (int row = 0; row < tile && row < rows; row++) {
      transform_output(half[row], result);
      for (int column = 0; column < tile && column < columns; column++) {
        vector value = result[column] + bias;
        // Written so that NaN passes.
        if (work->relu) value = (vector)((words)value & ~(words)(value < 0));
        F(store)(to + row * line + column * plan->outputs + i, value);
      }
    }
  }
}

static void F(convolve_chunks)(void *context, int64_t begin, int64_t end) {
  const winograd_work *work = context;
  const winograd *plan = &work->plan;
  int64_t inputs = plan->inputs, outputs = plan->outputs;
  // Apart by a line more, so that the points don't meet in the same places of the cache.
  int64_t in_apart = work->chunk * inputs + lanes, out_apart = work->chunk * columns_at_once + lanes;
  size_t bytes = (size_t)(points * (in_apart + out_apart)) * sizeof(float);
  float *in = ck_allocate(bytes), *out = in + points * in_apart;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t first = chunk * work->chunk, tiles = plan->tiles - first;
    if (tiles > work->chunk) tiles = work->chunk;
    for (int64_t i = 0; i < tiles; i++) {
      winograd_place at = winograd_place_of(plan, first + i);
      for (int64_t part = 0; part < plan->parts; part++) {
        float *to = in + i * inputs + part * plan->channels;
        F(transform_patch)(plan, work->x, at, part, plan->channels, to, in_apart);
      }
    }
    int64_t filled = (tiles + rows_at_once - 1) / rows_at_once * rows_at_once;
    for (int point = 0; filled > tiles && point < points; point++) {
      memset(in + point * in_apart + tiles * inputs, 0, (size_t)((filled - tiles) * inputs) * sizeof(float));
    }
    for (int64_t output = 0; output < outputs; output += columns_at_once) {
      int64_t wide = outputs - output < columns_at_once ? outputs - output : columns_at_once;
      const float *filter = work->filter + output * points * inputs;
      for (int point = 0; point < points; point++) {
        multiply_chunk(
            filled, inputs, wide, in + point * in_apart, filter + point * inputs * wide, out + point * out_apart);
      }
      for (int64_t i = 0; i < tiles; i++) F(finish_tile)(work, first + i, output, wide, out + i * wide, out_apart);
    }
  }
  ck_deallocate(in, bytes);
}
