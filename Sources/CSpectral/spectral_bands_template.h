// The plain operator by filtering, and its gradient. One band of rows at a time is followed through all frames: each frame's
// products are filtered downwards, once, into a ring of as many frames as the kernel is long, whose weighted sum is filtered
// sideways. The ring of a band stays in the second-level cache, what a row needs in the first.

CK_CLONES static void F(spectral_band)(
    const F(spectral_work) * work, int64_t item, int64_t first, int64_t last, REAL *scratch) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0], depth = s->sizes[1] + block_rows - 1, row_step = work->row_step, pitch = work->pitch;
  int64_t fields = work->dy ? 2 : 1, ahead = s->sizes[1] / 2 + block_rows;
  int64_t frame_step = fields * row_step * blocks_of(last - first) * block_rows;
  REAL *sum = scratch, *filtered = sum + pitch, *rows = filtered + fields * row_step;
  REAL *windows = rows + 3 * pitch, *ring = windows + fields * depth * row_step;
  const REAL *slots[kt];
  bool at_once = F(taylor_finishes)(work);
  // The padding beside the rows stays zero.
  memset(windows, 0, (size_t)(fields * depth * row_step) * sizeof(REAL));
  memset(ring, 0, (size_t)(kt * frame_step) * sizeof(REAL));

  for (int64_t t = 0; t < s->frames + kt / 2; t++) {
    REAL *slot = ring + t % kt * frame_step;
    if (t >= s->frames) memset(slot, 0, (size_t)frame_step * sizeof(REAL));
    int64_t frame = (item * s->frames + t) * s->height * s->width, centre = t - kt / 2;
    F(spectral_source) sources[2] = {{0}};
    for (int64_t field = 0; t < s->frames && field < fields; field++)
      sources[field] = (F(spectral_source)){
          .x = (field ? work->dy : work->x) + frame, .d = work->d + frame, .f = work->f + frame};
    for (int64_t row = first; row < last; row += block_rows) {
      int64_t block = (row - first) * fields * row_step;
      for (int64_t field = 0; t < s->frames && field < fields; field++)
        F(spectral_filter_down)(
            work, sources[field], row, row > first, windows + field * depth * row_step,
            slot + block + field * block_rows * row_step);
      if (centre < 0) continue;
      for (int64_t j = 0; j < block_rows && row + j < last; j++) {
        for (int64_t field = 0; field < fields; field++)
          for (int64_t q = 0; q < work->planes; q++) {
            int64_t plane = block + (field * block_rows + j) * row_step + q * pitch;
            REAL *to = filtered + field * row_step + q * pitch, *down = at_once ? to : sum;
            for (int64_t k = 0; k < kt; k++) slots[k] = ring + (t + 1 + k) % kt * frame_step + plane;
            F(spectral_sum)(kt, pitch, slots, work->taps[0], down);
            F(spectral_expect)(work, sources[field], row + ahead + j, q);
            if (!at_once) F(spectral_filter_across)(work, down, to);
          }
        int64_t at = ((item * s->frames + centre) * s->height + row + j) * s->width;
        if (at_once)
          F(taylor_finish)(work, at, filtered, rows);
        else if (fields == 1)
          F(spectral_finish)(work, at, filtered, rows);
        else
          F(spectral_finish_gradient)(work, at, filtered, filtered + row_step, rows);
      }
    }
  }
}

static void F(spectral_bands)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  const ck_spectral *s = work->spectral;
  int64_t fields = work->dy ? 2 : 1, count = band_count(s);
  int64_t longest = blocks_of((s->height + count - 1) / count) * block_rows;
  size_t bytes = sizeof(REAL) *
      (size_t)(work->row_step * fields * (s->sizes[1] + block_rows + longest * s->sizes[0]) + 4 * work->pitch);
  REAL *scratch = ck_allocate(bytes);
  for (int64_t band = begin; band < end; band++) {
    int64_t place = band % count;
    F(spectral_band)(
        work, band / count, s->height * place / count, s->height * (place + 1) / count, scratch);
  }
  ck_deallocate(scratch, bytes);
}
