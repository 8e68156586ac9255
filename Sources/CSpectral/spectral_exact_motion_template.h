// The exact operator on the motion-compensated graph: the neighbours of a pixel are those around the pixel nearest to
// where the flow carries it. Each pixel takes from those places; the adjoint gives to them.
//
// Flow is smooth: the pixels of a row come in runs that move alike, whose neighbours lie side by side as they do
// themselves. So the work is done run by run, in all lanes; what is computed beyond a run's end is not used.
//
// Frames hold u = d·x and the features in planes with a border of zeros, as wide as the kernel reaches.

enum { F(lanes) = 16 };

INLINE int64_t F(exact_plane)(const F(spectral_work) * work) {
  return (work->spectral->height + work->spectral->sizes[1] - 1) * work->pitch;
}

INLINE int64_t F(exact_frame)(const F(spectral_work) * work) {
  return (1 + work->spectral->channels) * F(exact_plane)(work) + F(lanes);
}

INLINE REAL *F(exact_slot)(const F(spectral_work) * work, int64_t t) {
  return work->ring + t % work->spectral->sizes[0] * F(exact_frame)(work);
}

// Where a row's pixels lie once followed: the indices of their patches' first elements, and how much they count.
INLINE void F(exact_places)(const F(spectral_work) * work, REAL tap, F(spectral_path) path) {
  const ck_spectral *s = work->spectral;
  VECTORISED
  for (int64_t i = 0; i < s->width; i++) {
    REAL x = F(floor)(path.x[i] + R(0.5)), y = F(floor)(path.y[i] + R(0.5));
    bool inside = (x >= 0) & (x < R(s->width)) & (y >= 0) & (y < R(s->height));
    path.share[0][i] = inside ? tap * path.weight[i] : 0;
    path.index[i] = (int64_t)(inside ? y : 0) * work->pitch + (int64_t)(inside ? x : 0);
  }
}

// The end of the run that starts at pixel i, as many pixels as there are lanes at most.
INLINE int64_t F(exact_run_end)(int64_t width, int64_t i, F(spectral_path) path) {
  int64_t end = i + 1;
  width = width < i + F(lanes) ? width : i + F(lanes);
  while (end < width && path.index[end] == path.index[end - 1] + 1 && path.share[0][end] > 0) end++;
  return end;
}

// The links G·exp(−α Σ (f − g)²) of a run's next pixels, features f, to neighbours of features g, channels a plane apart.
INLINE void F(exact_links)(
    int64_t channels, int64_t plane, REAL minus_alpha, REAL tap, const REAL *f, const REAL *g, REAL *links) {
  VECTORISED
  for (int64_t k = 0; k < F(lanes); k++) {
    REAL square = 0;
    for (int64_t c = 0; c < channels; c++) {
      REAL difference = f[c * plane + k] - g[c * plane + k];
      square += difference * difference;
    }
    links[k] = tap * F(exp_of_negative)(minus_alpha * square);
  }
}

// What the patches of a run's next pixels bring: to sums, and where df is not NULL to df [C, lanes].
INLINE void F(exact_take)(
    const F(spectral_work) * work, int64_t channels, const REAL *f, const REAL *patch, REAL *sums, REAL *df) {
  int64_t plane = F(exact_plane)(work);
  REAL minus_alpha = R(-work->spectral->alpha), total[F(lanes)] = {0};
  for (int64_t b = 0; b < work->spectral->sizes[1]; b++)
    for (int64_t a = 0; a < work->spectral->sizes[2]; a++) {
      const REAL *u = patch + b * work->pitch + a, *g = u + plane;
      REAL links[F(lanes)];
      F(exact_links)(channels, plane, minus_alpha, work->taps[1][b] * work->taps[2][a], f, g, links);
      VECTORISED
      for (int64_t k = 0; k < F(lanes); k++) total[k] += links[k] * u[k];
      for (int64_t c = 0; df && c < channels; c++) {
        const REAL *fc = f + c * plane, *gc = g + c * plane;
        VECTORISED
        for (int64_t k = 0; k < F(lanes); k++)
          df[c * F(lanes) + k] += links[k] * (fc[k] - gc[k]) * u[k];
      }
    }
  for (int64_t k = 0; k < F(lanes); k++) sums[k] = total[k];
}

// Adds to rows ku and, where df is not NULL, df [C, pitch] what a neighbouring frame gives to the row at `at`, whose own
// features are f.
INLINE void F(exact_gather)(
    const F(spectral_work) * work, int64_t at, const REAL *f, const REAL *frame, F(spectral_path) path,
    REAL *ku, REAL *df) {
  const ck_spectral *s = work->spectral;
  const REAL *weight = path.share[0];
  REAL sums[F(lanes)], changes[df ? s->channels * F(lanes) : 1];
  for (int64_t i = 0, end; i < s->width; i = end) {
    end = i + 1;
    if (!(weight[i] > 0)) continue;
    end = F(exact_run_end)(s->width, i, path);
    const REAL *patch = frame + path.index[i];
    if (df) {
      memset(changes, 0, (size_t)(s->channels * F(lanes)) * sizeof(REAL));
      F(exact_take)(work, s->channels, f + i, patch, sums, changes);
    } else if (s->channels == 1) {
      F(exact_take)(work, 1, f + i, patch, sums, NULL);
    } else if (s->channels == 2) {
      F(exact_take)(work, 2, f + i, patch, sums, NULL);
    } else if (s->channels == 3) {
      F(exact_take)(work, 3, f + i, patch, sums, NULL);
    } else {
      F(exact_take)(work, s->channels, f + i, patch, sums, NULL);
    }
    for (int64_t k = 0; k < end - i; k++) ku[i + k] += weight[i + k] * sums[k];
    for (int64_t c = 0; df && c < s->channels; c++)
      for (int64_t k = 0; k < end - i; k++)
        df[c * work->pitch + i + k] +=
            weight[i + k] * work->d[at + i + k] * work->dy[at + i + k] * changes[c * F(lanes) + k];
  }
}

// Adds to the scattered planes' rows first ..< last (of the bordered frame) what the row at `at` gives to their frame.
INLINE void F(exact_scatter)(
    const F(spectral_work) * work, int64_t at, int64_t first, int64_t last, const REAL *f, const REAL *frame,
    F(spectral_path) path) {
  const ck_spectral *s = work->spectral;
  int64_t plane = F(exact_plane)(work), pitch = work->pitch;
  REAL minus_alpha = R(-s->alpha), links[F(lanes)], v[F(lanes)];
  const REAL *weight = path.share[0];
  for (int64_t i = 0, end; i < s->width; i = end) {
    end = i + 1;
    if (!(weight[i] > 0)) continue;
    end = F(exact_run_end)(s->width, i, path);
    int64_t count = end - i, top = path.index[i] / pitch;
    for (int64_t k = 0; k < count; k++) v[k] = weight[i + k] * work->d[at + i + k] * work->dy[at + i + k];
    for (int64_t b = 0; b < s->sizes[1]; b++) {
      if (top + b < first || top + b >= last) continue;
      for (int64_t a = 0; a < s->sizes[2]; a++) {
        int64_t place = path.index[i] + b * pitch + a;
        const REAL *u = frame + place, *g = u + plane;
        REAL *kv = work->scattered + place;
        F(exact_links)(
            s->channels, plane, minus_alpha, work->taps[1][b] * work->taps[2][a], f + i, g, links);
        for (int64_t k = 0; k < count; k++) kv[k] += v[k] * links[k];
        for (int64_t c = 0; work->dd && c < s->channels; c++) {
          const REAL *fc = f + i + c * plane, *gc = g + c * plane;
          REAL *df = kv + (1 + c) * plane;
          for (int64_t k = 0; k < count; k++) df[k] += v[k] * links[k] * (gc[k] - fc[k]) * u[k];
        }
      }
    }
  }
}

// Rows begin ..< end of the frame at work into the ring.
static void F(exact_enter_rows)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  const ck_spectral *s = work->spectral;
  int64_t plane = F(exact_plane)(work);
  REAL *slot = F(exact_slot)(work, work->frame % s->frames);
  for (int64_t h = begin; h < end; h++) {
    int64_t at = (work->frame * s->height + h) * s->width;
    REAL *row = slot + (h + s->sizes[1] / 2) * work->pitch + s->sizes[2] / 2;
    for (int64_t i = 0; i < s->width; i++) row[i] = work->x[at + i] * work->d[at + i];
    for (int64_t c = 0; c < s->channels; c++)
      memcpy(
          row + (1 + c) * plane, work->f + c * work->channel_step + at, (size_t)s->width * sizeof(REAL));
  }
}

// A row's own features in the planes of its frame.
INLINE const REAL *F(exact_features)(const F(spectral_work) * work, int64_t t, int64_t h) {
  const ck_spectral *s = work->spectral;
  return F(exact_slot)(work, t) + F(exact_plane)(work) + (h + s->sizes[1] / 2) * work->pitch + s->sizes[2] / 2;
}

// A row's path, ku and df [C].
static size_t F(exact_scratch_bytes)(const F(spectral_work) * work) {
  return F(spectral_path_bytes)(work->spectral->width) +
      (size_t)((1 + work->spectral->channels) * work->pitch) * sizeof(REAL);
}

CK_CLONES static void F(exact_scatter_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, F(spectral_path) path) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0], item = work->frame / s->frames, t = work->frame % s->frames;
  int64_t plane = F(exact_plane)(work), first = begin + s->sizes[1] / 2, last = end + s->sizes[1] / 2;
  for (int64_t q = 0; q < 1 + s->channels; q++)
    memset(
        work->scattered + q * plane + first * work->pitch, 0,
        (size_t)((last - first) * work->pitch) * sizeof(REAL));
  for (int64_t offset = -(kt / 2); offset <= kt / 2; offset++) {
    int64_t source = t - offset;
    if (source < 0 || source >= s->frames) continue;
    for (int64_t h = 0; h < s->height; h++) {
      F(spectral_follow_row)(work, item, source, offset, h, 1, path);
      F(exact_places)(work, work->taps[0][kt / 2 + offset] / R(s->alpha), path);
      F(exact_scatter)(
          work, ((item * s->frames + source) * s->height + h) * s->width, first, last,
          F(exact_features)(work, source, h), F(exact_slot)(work, t), path);
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
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t h, F(spectral_path) path, REAL *ku,
    REAL *df) {
  const ck_spectral *s = work->spectral;
  int64_t half = s->sizes[0] / 2, at = ((item * s->frames + t) * s->height + h) * s->width;
  const REAL *f = F(exact_features)(work, t, h);
  for (int64_t side = 0; side < 2; side++) {
    F(spectral_start_row)(s->width, h, 1, path);
    for (int64_t step = side; step <= half; step++) {
      int64_t offset = side == 0 ? step : -step;
      if (t + offset < 0 || t + offset >= s->frames) break;
      if (step > 0) F(spectral_step_row)(work, item, t, offset, h, path);
      F(exact_places)(work, work->taps[0][half + offset] / R(s->alpha), path);
      F(exact_gather)(work, at, f, F(exact_slot)(work, t + offset), path, ku, df);
    }
  }
}

CK_CLONES static void F(exact_finish_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, F(spectral_path) path, REAL *ku) {
  const ck_spectral *s = work->spectral;
  int64_t item = work->frame / s->frames, t = work->frame % s->frames;
  int64_t plane = F(exact_plane)(work), pitch = work->pitch, width = s->width;
  REAL *df = ku + pitch;
  for (int64_t h = begin; h < end; h++) {
    int64_t at = (work->frame * s->height + h) * width;
    memset(ku, 0, (size_t)((1 + s->channels) * pitch) * sizeof(REAL));
    if (!work->dy || work->dd)
      F(exact_gather_row)(work, item, t, h, path, ku, work->dy ? df : NULL);
    const REAL *d = work->d + at;
    if (!work->dy) {
      for (int64_t i = 0; i < width; i++) work->y[at + i] = d[i] * ku[i];
      continue;
    }
    const REAL *kv = work->scattered + (h + s->sizes[1] / 2) * pitch + s->sizes[2] / 2;
    for (int64_t i = 0; i < width; i++) work->dx[at + i] = d[i] * kv[i];
    if (!work->dd) continue;
    for (int64_t i = 0; i < width; i++)
      work->dd[at + i] = work->dy[at + i] * ku[i] + work->x[at + i] * kv[i];
    for (int64_t c = 0; c < s->channels; c++) {
      const REAL *scattered = kv + (1 + c) * plane;
      for (int64_t i = 0; i < width; i++)
        work->df[c * work->channel_step + at + i] = R(-2 * s->alpha) * (df[c * pitch + i] + scattered[i]);
    }
  }
}

static void F(exact_finish_rows)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  size_t bytes = F(exact_scratch_bytes)(work), path_bytes = F(spectral_path_bytes)(work->spectral->width);
  char *scratch = ck_allocate(bytes);
  F(exact_finish_frame)(
      work, begin, end, F(spectral_path_in)(scratch, work->spectral->width), (REAL *)(scratch + path_bytes));
  ck_deallocate(scratch, bytes);
}

static void F(exact_motion_run)(F(spectral_work) * work) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0];
  work->pitch = (s->width + s->sizes[2] + 2 * F(lanes) - 1) / F(lanes) * F(lanes);
  size_t frame_elements = (size_t)F(exact_frame)(work), bytes = (size_t)(kt + 1) * frame_elements * sizeof(REAL);
  work->ring = ck_allocate(bytes);
  work->scattered = work->ring + (size_t)kt * frame_elements;
  memset(work->ring, 0, bytes);
  for (int64_t item = 0; item < s->batch; item++)
    for (int64_t t = 0; t < s->frames + kt / 2; t++) {
      work->frame = item * s->frames + t;
      if (t < s->frames) ck_parallel(s->height, 1, work, F(exact_enter_rows));
      if (t < kt / 2) continue;
      work->frame -= kt / 2;
      if (work->dy) ck_parallel(s->height, 1, work, F(exact_scatter_rows));
      ck_parallel(s->height, 1, work, F(exact_finish_rows));
    }
  ck_deallocate(work->ring, bytes);
}
