// The exact operator's links: those of a row's pixels to the neighbours around where they lie in one frame, run by run.
//
// Frames hold u = d·x, the features, and for the adjoint by taking v = d·dy, in planes with a border of zeros as wide as
// the kernel reaches. Links are powers of two, to the logarithms of their taps less the scaled squares of the
// differences, in as few operations as there can be: these are what limits it.

INLINE bool F(exact_takes_both)(const F(spectral_work) * work) { return work->dy && !work->motion; }

INLINE int64_t F(exact_frame)(const F(spectral_work) * work) {
  return (1 + work->spectral->channels + F(exact_takes_both)(work)) * work->plane;
}

INLINE REAL *F(exact_slot)(const F(spectral_work) * work, int64_t t) {
  return work->ring + t % work->spectral->sizes[0] * F(exact_frame)(work);
}

// The links' scale, the planes' pitch, and the neighbours in space: those that fill the last ones up count nothing.
static void F(exact_prepare)(F(spectral_work) * work, int64_t *offsets, REAL *log_taps) {
  const ck_spectral *s = work->spectral;
  int64_t kh = s->sizes[1], kw = s->sizes[2];
  work->pitch = (s->width + kw + 2 * lanes - 1) / lanes * lanes;
  work->plane = (s->height + kh - 1) * work->pitch;
  work->neighbours = neighbour_count(s);
  for (int64_t k = 0; k < work->neighbours; k++) {
    bool counts = k < kh * kw;
    log_taps[k] = counts ? LIBM(log2)(work->taps[1][k / kw] * work->taps[2][k % kw]) : R(-INFINITY);
    offsets[k] = counts ? k / kw * work->pitch + k % kw : 0;
  }
  work->offsets = offsets;
  work->log_taps = log_taps;
  work->scale = R(sqrt(s->alpha * M_LOG2E));
}

// Where a row's pixels lie once followed: the indices of their patches' first elements, and how much they count.
INLINE void F(exact_places)(const F(spectral_work) * work, REAL tap, F(spectral_path) path) {
  int32_t pitch = (int32_t)work->pitch;
  REAL right = R(work->spectral->width), bottom = R(work->spectral->height);
  VECTORISED
  for (int64_t i = 0; i < path.count; i++) {
    REAL x = F(floor)(path.x[i] + R(0.5)), y = F(floor)(path.y[i] + R(0.5));
    bool counts = (x >= 0) & (x < right) & (y >= 0) & (y < bottom) & (path.weight[i] > 0);
    path.share[0][i] = tap * path.weight[i];
    int32_t index = (int32_t)(counts ? y : 0) * pitch + (int32_t)(counts ? x : 0);
    path.index[i] = counts ? index : -1;
  }
  F(spectral_join)(path);
}

// The links of a run's next pixels, features f, to the neighbours abreast from the k-th on in a patch of features g, channels a
// plane apart; and f − g of each of them, a channel after the other, where it is not NULL.
INLINE void F(exact_links)(
    const F(spectral_work) * work, int64_t channels, int64_t k, const REAL *f, const REAL *g, F(vector) *links,
    F(vector) *differences) {
  int64_t plane = work->plane;
  for (int64_t j = 0; j < abreast; j++) links[j] = work->log_taps[k + j];
  for (int64_t c = 0; c < channels; c++) {
    F(vector) own = F(load)(f + c * plane);
    for (int64_t j = 0; j < abreast; j++) {
      F(vector) difference = own - F(load)(g + c * plane + work->offsets[k + j]);
      if (differences) differences[c * abreast + j] = difference;
      links[j] -= difference * difference;
    }
  }
  F(small_powers_of_two)(links);
}

// What the patches of a run's next pixels bring: K(u), where `differs` Σ links·(f_i − f_j)·u too, a channel after the
// other, and the same of v where there are two `fields`; rows a pitch apart. Scratch is of 2 + 2C + C·abreast.
INLINE void F(exact_take)(
    const F(spectral_work) * work, int64_t channels, int64_t fields, bool differs, const REAL *f,
    const REAL *patch, F(vector) *scratch, REAL *taken) {
  int64_t plane = work->plane, pitch = work->pitch, kh = work->spectral->sizes[1];
  int64_t rows = differs ? 1 + channels : 1;
  F(vector) *differences = scratch + fields * rows, links[abreast];
  // What the row below will need of the patches.
  for (int64_t q = 0; q < 1 + channels; q++) __builtin_prefetch(patch + q * plane + kh * pitch);
  for (int64_t q = 0; q < fields * rows; q++) scratch[q] = 0;
  for (int64_t k = 0; k < work->neighbours; k += abreast) {
    F(exact_links)(work, channels, k, f, patch + plane, links, differs ? differences : NULL);
    for (int64_t field = 0; field < fields; field++) {
      const REAL *u = patch + field * (1 + channels) * plane;
      F(vector) *sums = scratch + field * rows;
      for (int64_t j = 0; j < abreast; j++) {
        F(vector) values = F(load)(u + work->offsets[k + j]), weighted = links[j] * values;
        sums[0] += links[j] * values;
        for (int64_t c = 0; differs && c < channels; c++) sums[1 + c] += weighted * differences[c * abreast + j];
      }
    }
  }
  for (int64_t q = 0; q < fields * rows; q++) F(store)(scratch[q], taken + q * pitch);
}

INLINE void F(exact_take_wanted)(
    const F(spectral_work) * work, int64_t channels, const REAL *f, const REAL *patch, F(vector) *scratch,
    REAL *taken) {
  if (!work->dy)
    F(exact_take)(work, channels, 1, false, f, patch, scratch, taken);
  else if (work->motion)
    F(exact_take)(work, channels, 1, true, f, patch, scratch, taken);
  else
    F(exact_take)(work, channels, 2, true, f, patch, scratch, taken);
}

// The rows that `take` brings for each pixel of a row.
INLINE int64_t F(exact_rows)(const F(spectral_work) * work) {
  return !work->dy ? 1 : (1 + work->spectral->channels) * (work->motion ? 1 : 2);
}

// Adds to rows of sums what a neighbouring frame gives to a row of features f; as many rows of scratch.
INLINE void F(exact_gather)(
    const F(spectral_work) * work, const REAL *f, const REAL *frame, F(spectral_path) path, REAL *taken,
    REAL *sums) {
  int64_t channels = work->spectral->channels;
  F(vector) few[2 + (2 + abreast) * 3], many[2 + (2 + abreast) * channels];
  for (int64_t i = 0; i < path.count; i += F(spectral_run_length)(path, i)) {
    const REAL *patch = frame + path.index[i];
    if (path.index[i] < 0) continue;
    if (channels == 1)
      F(exact_take_wanted)(work, 1, f + i, patch, few, taken + i);
    else if (channels == 3)
      F(exact_take_wanted)(work, 3, f + i, patch, few, taken + i);
    else
      F(exact_take_wanted)(work, channels, f + i, patch, many, taken + i);
  }
  for (int64_t q = 0; q < F(exact_rows)(work); q++, taken += work->pitch, sums += work->pitch) {
    VECTORISED
    for (int64_t i = 0; i < path.count; i++) sums[i] += path.index[i] < 0 ? 0 : path.share[0][i] * taken[i];
  }
}
