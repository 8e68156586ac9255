// Writes the patches of positions [begin, end) as rows of [taps, width] from channels
// [channel, channel + width) of the source.
CK_CLONES static void F(gather)(const sampling *grid, const REAL *source, int64_t channels, int64_t channel,
                                   int64_t width, int64_t begin, int64_t end, REAL *restrict patches) {
  const int64_t *taps = grid->taps, *size = grid->source;
  bool whole_rows = grid->advance[2] == 1 && width == channels;
  cursor cursor = cursor_at(grid->count, begin);
  for (int64_t position = begin; position < end; position++, cursor_advance(&cursor, grid->count)) {
    int64_t first[3];
    for (int axis = 0; axis < 3; axis++) first[axis] = cursor.at[axis] * grid->step[axis] + grid->first[axis];
    for (int64_t tap0 = 0; tap0 < taps[0]; tap0++) {
      int64_t at0 = first[0] + tap0 * grid->advance[0];
      for (int64_t tap1 = 0; tap1 < taps[1]; tap1++, patches += taps[2] * width) {
        int64_t at1 = first[1] + tap1 * grid->advance[1];
        if (at0 < 0 || at0 >= size[0] || at1 < 0 || at1 >= size[1]) {
          memset(patches, 0, (size_t)(taps[2] * width) * sizeof(REAL));
          continue;
        }
        const REAL *row = source + (((cursor.image * size[0] + at0) * size[1] + at1) * size[2]) * channels + channel;
        if (whole_rows && first[2] >= 0 && first[2] + taps[2] <= size[2]) {
          memcpy(patches, row + first[2] * channels, (size_t)(taps[2] * width) * sizeof(REAL));
          continue;
        }
        for (int64_t tap2 = 0; tap2 < taps[2]; tap2++) {
          int64_t at2 = first[2] + tap2 * grid->advance[2];
          if (at2 < 0 || at2 >= size[2]) {
            memset(patches + tap2 * width, 0, (size_t)width * sizeof(REAL));
          } else {
            memcpy(patches + tap2 * width, row + at2 * channels, (size_t)width * sizeof(REAL));
          }
        }
      }
    }
  }
}
