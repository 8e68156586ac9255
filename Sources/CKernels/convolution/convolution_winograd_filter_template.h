// STORED in memory.

// AyA' of a tile's gradients, zeros beyond the image.
TARGET static void F(transform_gradients)(
    const winograd *plan, const STORED *dy, winograd_place at, float *to, int64_t apart) {
  int64_t height = plan->out[1], width = plan->out[2], outputs = plan->outputs, line = width * outputs;
  int64_t rows = height - at.row, columns = width - at.column, frame = at.image * plan->out[0] + at.frame;
  const STORED *from = dy + (frame * height + at.row) * line + at.column * outputs;
  for (int64_t output = 0; output < outputs; output += lanes, from += lanes, to += lanes) {
    vector half[patch][tile], y[tile], result[patch];
    for (int column = 0; column < tile; column++) {
      for (int row = 0; row < tile; row++) {
        y[row] = row < rows && column < columns ? F(load)(from + row * line + column * outputs) : (vector){0};
      }
      transform_gradient(y, result);
      for (int row = 0; row < patch; row++) half[row][column] = result[row];
    }
    for (int row = 0; row < patch; row++) {
      transform_gradient(half[row], result);
      for (int column = 0; column < patch; column++) *(vector *)(to + (row * patch + column) * apart) = result[column];
    }
  }
}

static void F(add_shares)(void *context, int64_t begin, int64_t end) {
  const filter_work *work = context;
  const winograd *plan = &work->plan;
  int64_t outputs = plan->outputs, count = plan->inputs * outputs;
  int64_t most = plan->channels < share_channels ? plan->channels : share_channels;
  // Apart by a line more, so that the points don't meet in the same places of the cache.
  int64_t in_apart = work->chunk * most + lanes, out_apart = work->chunk * outputs + lanes;
  size_t bytes = (size_t)(points * (in_apart + out_apart)) * sizeof(float);
  float *in = ck_allocate(bytes), *out = in + points * in_apart;
  for (int64_t index = begin; index < end; index++) {
    int64_t group = index / work->shares, share = index % work->shares;
    int64_t part = share / work->slices, channel = share % work->slices * share_channels;
    int64_t channels = plan->channels - channel < share_channels ? plan->channels - channel : share_channels;
    int64_t begins = plan->tiles * group / work->groups, ends = plan->tiles * (group + 1) / work->groups;
    float *sums = work->sums + group * points * count + (part * plan->channels + channel) * outputs;
    for (int64_t first = begins; first < ends; first += work->chunk) {
      int64_t tiles = ends - first < work->chunk ? ends - first : work->chunk;
      bool is_first = first == begins;
      for (int64_t i = 0; i < tiles; i++) {
        winograd_place at = winograd_place_of(plan, first + i);
        F(transform_patch)(plan, (const STORED *)work->x + channel, at, part, channels, in + i * channels, in_apart);
        F(transform_gradients)(plan, work->dy, at, out + i * outputs, out_apart);
      }
      for (int point = 0; point < points; point++) {
        add_products(
            tiles, channels, outputs, in + point * in_apart, out + point * out_apart, is_first, sums + point * count);
      }
      if (share == 0) {
        add_bias(tiles, outputs, out + (patch + 1) * out_apart, is_first, work->bias_sums + group * outputs);
      }
    }
  }
  ck_deallocate(in, bytes);
}
