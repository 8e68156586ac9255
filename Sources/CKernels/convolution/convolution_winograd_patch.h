// B'dB of some channels of the inputs that a tile reads through a part of the filter, zeros where they are padding, to
// `points` places that lie `apart`.

TARGET_INLINE void F(transform_place)(
    const winograd *plan, bool is_inside, int64_t row, int64_t column, const STORED *image, int64_t channels, float *to,
    int64_t apart) {
  int64_t height = plan->in[1], width = plan->in[2], line = width * plan->channels;
  const STORED *from = image + row * line + column * plan->channels;
  for (int64_t channel = 0; channel < channels; channel += lanes, from += lanes, to += lanes) {
    // The next tile's.
    for (int i = 0; i < patch; i++) {
      for (int j = patch - tile; j < patch; j++) __builtin_prefetch(from + i * line + (j + tile) * plan->channels);
    }
    vector half[patch][patch], d[patch], result[patch];
    for (int j = 0; j < patch; j++) {
      for (int i = 0; i < patch; i++) {
        bool is_there = is_inside || (row + i >= 0 && row + i < height && column + j >= 0 && column + j < width);
        d[i] = is_there ? F(load)(from + i * line + j * plan->channels) : (vector){0};
      }
      transform_input(d, result);
      for (int i = 0; i < patch; i++) half[i][j] = result[i];
    }
    for (int i = 0; i < patch; i++) {
      transform_input(half[i], result);
      for (int j = 0; j < patch; j++) *(vector *)(to + (i * patch + j) * apart) = result[j];
    }
  }
}

TARGET static void F(transform_patch)(
    const winograd *plan, const STORED *x, winograd_place at, int64_t part, int64_t channels, float *to, int64_t apart) {
  winograd_part by = winograd_part_of(plan, part);
  int64_t height = plan->in[1], width = plan->in[2];
  int64_t frame = at.frame + by.frame - plan->before[0];
  int64_t row = at.row + by.row - plan->before[1], column = at.column + by.column - plan->before[2];
  if (frame < 0 || frame >= plan->in[0]) row = height;
  const STORED *image = x + (at.image * plan->in[0] + frame) * height * width * plan->channels;
  bool is_inside = row >= 0 && column >= 0 && row + patch <= height && column + patch <= width;
  if (is_inside) F(transform_place)(plan, true, row, column, image, channels, to, apart);
  else F(transform_place)(plan, false, row, column, image, channels, to, apart);
}
