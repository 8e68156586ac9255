// B'dB of some channels of the inputs that a tile reads, zeros where they are padding, to `points` places that lie `apart`.

TARGET_INLINE void F(transform_place)(
    const winograd *plan, bool is_inside, int64_t row, int64_t column, const STORED *image, int64_t channels, float *to,
    int64_t apart) {
  int64_t inputs = plan->inputs, line = plan->width * inputs;
  const STORED *from = image + row * line + column * inputs;
  for (int64_t channel = 0; channel < channels; channel += lanes, from += lanes, to += lanes) {
    vector half[patch][patch], d[patch], result[patch];
    for (int j = 0; j < patch; j++) {
      for (int i = 0; i < patch; i++) {
        bool is_there = is_inside
            || (row + i >= 0 && row + i < plan->height && column + j >= 0 && column + j < plan->width);
        d[i] = is_there ? F(load)(from + i * line + j * inputs) : (vector){0};
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
    const winograd *plan, const STORED *x, int64_t index, int64_t channels, float *to, int64_t apart) {
  winograd_place at = winograd_place_of(plan, index);
  int64_t row = at.row - plan->top, column = at.column - plan->left;
  const STORED *image = x + at.image * plan->height * plan->width * plan->inputs;
  bool is_inside = row >= 0 && column >= 0 && row + patch <= plan->height && column + patch <= plan->width;
  if (is_inside) F(transform_place)(plan, true, row, column, image, channels, to, apart);
  else F(transform_place)(plan, false, row, column, image, channels, to, apart);
}
