// The exact operator: K(u)_i = α⁻¹ Σ_j G_ij exp(−α Σ (f_i − f_j)²)·u_j, neighbour by neighbour, where it takes too many terms
// as a series. The neighbours of a pixel in another frame lie around it, or around the pixel nearest to where the flow
// carries it. Each pixel takes from those places; the adjoint, where pixels move, gives to them. Where none do the links are
// symmetric, and it takes too.

// Adds to the scattered planes' rows first ..< last (of the bordered frame) what the row at `at` gives to their frame;
// scratch is of C·abreast.
INLINE void F(exact_scatter)(
    const F(spectral_work) * work, int64_t channels, int64_t at, int64_t first, int64_t last, const REAL *f,
    const REAL *frame, F(spectral_path) path, F(vector) *scratch) {
  const ck_spectral *s = work->spectral;
  int64_t plane = work->plane, pitch = work->pitch;
  for (int64_t i = 0, count; i < s->width; i += count) {
    count = F(spectral_run_length)(path, i);
    int64_t top = path.index[i] / pitch;
    if (path.index[i] < 0 || top >= last || top + s->sizes[1] <= first) continue;
    F(vector) v = 0;  // beyond the run's end
    for (int64_t k = 0; k < count; k++) v[k] = path.share[0][i + k] * work->d[at + i + k] * work->dy[at + i + k];
    for (int64_t k = 0; k < work->neighbours; k += abreast) {
      F(vector) links[abreast];
      F(exact_links)(work, channels, k, f + i, frame + path.index[i] + plane, links, scratch);
      for (int64_t j = 0; j < abreast; j++) {
        int64_t place = path.index[i] + work->offsets[k + j], row = place / pitch;
        if (row < first || row >= last) continue;
        REAL *kv = work->scattered + place;
        F(vector) given = v * links[j];
        F(store)(F(load)(kv) + given, kv);
        if (!work->dd) continue;
        given *= F(load)(frame + place);
        for (int64_t c = 0; c < channels; c++) {
          REAL *df = kv + (1 + c) * plane;
          F(store)(F(load)(df) + given * scratch[c * abreast + j], df);
        }
      }
    }
  }
}

// Rows begin ..< end of the frame at work into the ring, the first and the last with the border beside them.
CK_CLONES static void F(exact_enter_rows)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  const ck_spectral *s = work->spectral;
  int64_t plane = work->plane, pitch = work->pitch, border = s->sizes[1] / 2, side = s->sizes[2] / 2;
  int64_t planes = F(exact_frame)(work) / plane;
  REAL *slot = F(exact_slot)(work, work->frame % s->frames);
  for (int64_t h = begin == 0 ? -border : begin; h < (end == s->height ? end + border : end); h++) {
    REAL *row = slot + (h + border) * pitch;
    bool inside = h >= 0 && h < s->height;
    int64_t at = (work->frame * s->height + h) * s->width;
    for (int64_t q = 0; q < planes; q++) {
      REAL *to = row + q * plane;
      memset(to, 0, (size_t)(inside ? side : pitch) * sizeof(REAL));
      if (!inside) continue;
      const REAL *from = q == 0 ? work->x + at : work->dy + at;
      to += side;
      const REAL *f = work->f + (q - 1) * work->channel_step + at;
      if (q > 0 && q <= s->channels)
        for (int64_t i = 0; i < s->width; i++) to[i] = f[i] * work->scale;
      else
        for (int64_t i = 0; i < s->width; i++) to[i] = from[i] * work->d[at + i];
      memset(to + s->width, 0, (size_t)(pitch - s->width - side) * sizeof(REAL));
    }
  }
}

// A row's own features in the planes of its frame.
INLINE const REAL *F(exact_features)(const F(spectral_work) * work, int64_t t, int64_t h) {
  const ck_spectral *s = work->spectral;
  return F(exact_slot)(work, t) + work->plane + (h + s->sizes[1] / 2) * work->pitch + s->sizes[2] / 2;
}

CK_CLONES static void F(exact_scatter_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, F(spectral_path) path) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0], item = work->frame / s->frames, t = work->frame % s->frames;
  int64_t plane = work->plane, first = begin + s->sizes[1] / 2, last = end + s->sizes[1] / 2;
  for (int64_t q = 0; q < 1 + s->channels; q++)
    memset(
        work->scattered + q * plane + first * work->pitch, 0,
        (size_t)((last - first) * work->pitch) * sizeof(REAL));
  F(vector) few[3 * abreast], many[s->channels * abreast];
  for (int64_t offset = -(kt / 2); offset <= kt / 2; offset++) {
    int64_t source = t - offset;
    if (source < 0 || source >= s->frames) continue;
    for (int64_t h = 0; h < s->height; h++) {
      int64_t at = ((item * s->frames + source) * s->height + h) * s->width;
      const REAL *f = F(exact_features)(work, source, h), *frame = F(exact_slot)(work, t);
      F(spectral_follow_row)(work, item, source, offset, h, 1, path);
      F(exact_places)(work, work->taps[0][kt / 2 + offset] / R(s->alpha), path);
      if (s->channels == 1)
        F(exact_scatter)(work, 1, at, first, last, f, frame, path, few);
      else if (s->channels == 3)
        F(exact_scatter)(work, 3, at, first, last, f, frame, path, few);
      else
        F(exact_scatter)(work, s->channels, at, first, last, f, frame, path, many);
    }
  }
}

static void F(exact_scatter_rows)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  size_t bytes = F(spectral_path_bytes)(work->spectral->width);
  char *scratch = ck_allocate(bytes);
  F(exact_scatter_frame)(work, begin, end, F(spectral_path_in)(scratch, work->spectral->width));
  ck_deallocate(scratch, bytes);
}

// Row h of frame t, from the frames around it: outwards on either side, a step of the flow at a time.
INLINE void F(exact_gather_row)(
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t h, F(spectral_path) path, REAL *taken,
    REAL *sums) {
  const ck_spectral *s = work->spectral;
  int64_t half = s->sizes[0] / 2;
  const REAL *f = F(exact_features)(work, t, h);
  for (int64_t side = 0; side < 2; side++) {
    for (int64_t step = side; step <= half; step++) {
      int64_t offset = side == 0 ? step : -step;
      if (t + offset < 0 || t + offset >= s->frames) break;
      F(spectral_step_row)(work, item, t, offset, h, 1, path);
      F(exact_places)(work, work->taps[0][half + offset] / R(s->alpha), path);
      F(exact_gather)(work, f, F(exact_slot)(work, t + offset), path, taken, sums);
    }
  }
}

// A row of the gradients, from the sums of what u and, without motion, v bring.
INLINE void F(exact_finish_gradient)(const F(spectral_work) * work, int64_t at, int64_t h, const REAL *sums) {
  const ck_spectral *s = work->spectral;
  int64_t width = s->width, pitch = work->pitch;
  const REAL *d = work->d + at, *x = work->x + at, *dy = work->dy + at, *ku = sums;
  const REAL *given = work->scattered + (h + s->sizes[1] / 2) * pitch + s->sizes[2] / 2;
  const REAL *kv = work->motion ? given : sums + (1 + s->channels) * pitch;
  REAL *dx = work->dx + at;
  VECTORISED
  for (int64_t i = 0; i < width; i++) dx[i] = d[i] * kv[i];
  if (!work->dd) return;
  REAL *dd = work->dd + at;
  VECTORISED
  for (int64_t i = 0; i < width; i++) dd[i] = dy[i] * ku[i] + x[i] * kv[i];
  for (int64_t c = 0; c < s->channels; c++) {
    REAL *df = work->df + c * work->channel_step + at, scale = R(-2 * s->alpha) / work->scale;
    const REAL *of_u = ku + (1 + c) * pitch, *of_v = kv + (1 + c) * (work->motion ? work->plane : pitch);
    bool moves = work->motion;
    VECTORISED
    for (int64_t i = 0; i < width; i++)
      df[i] = scale * (dy[i] * d[i] * of_u[i] + (moves ? -of_v[i] : x[i] * d[i] * of_v[i]));
  }
}

CK_CLONES static void F(exact_finish_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, F(spectral_path) path, REAL *taken, REAL *sums) {
  const ck_spectral *s = work->spectral;
  int64_t item = work->frame / s->frames, t = work->frame % s->frames, width = s->width;
  for (int64_t h = begin; h < end; h++) {
    int64_t at = (work->frame * s->height + h) * width;
    memset(sums, 0, (size_t)(F(exact_rows)(work) * work->pitch) * sizeof(REAL));
    if (!work->dy || work->dd) F(exact_gather_row)(work, item, t, h, path, taken, sums);
    if (work->dy) {
      F(exact_finish_gradient)(work, at, h, sums);
      continue;
    }
    const REAL *d = work->d + at;
    REAL *y = work->y + at;
    VECTORISED
    for (int64_t i = 0; i < width; i++) y[i] = d[i] * sums[i];
  }
}

static void F(exact_finish_rows)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  size_t path_bytes = F(spectral_path_bytes)(work->spectral->width);
  size_t elements = (size_t)(F(exact_rows)(work) * work->pitch), bytes = path_bytes + 2 * elements * sizeof(REAL);
  char *scratch = ck_allocate(bytes);
  REAL *rows = (REAL *)(scratch + path_bytes);
  F(exact_finish_frame)(
      work, begin, end, F(spectral_path_in)(scratch, work->spectral->width), rows, rows + elements);
  ck_deallocate(scratch, bytes);
}

static void F(exact_run)(F(spectral_work) * work) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0];
  int64_t offsets[neighbour_count(s)];
  REAL log_taps[neighbour_count(s)];
  F(exact_prepare)(work, offsets, log_taps);
  size_t frame_elements = (size_t)F(exact_frame)(work), bytes = (size_t)(kt + 1) * frame_elements * sizeof(REAL);
  work->ring = ck_allocate(bytes);
  work->scattered = work->ring + (size_t)kt * frame_elements;
  for (int64_t item = 0; item < s->batch; item++)
    for (int64_t t = 0; t < s->frames + kt / 2; t++) {
      work->frame = item * s->frames + t;
      if (t < s->frames) ck_parallel(s->height, 1, work, F(exact_enter_rows));
      if (t < kt / 2) continue;
      work->frame -= kt / 2;
      if (work->dy && work->motion) ck_parallel(s->height, 1, work, F(exact_scatter_rows));
      ck_parallel(s->height, 1, work, F(exact_finish_rows));
    }
  ck_deallocate(work->ring, bytes);
}
