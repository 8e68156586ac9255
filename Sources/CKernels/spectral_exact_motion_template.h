// The exact operator on the motion-compensated graph: the neighbours of a pixel are those around the pixel nearest to
// where the flow carries it. Each pixel takes the patches around those places; the adjoint gives to them.
//
// Frames hold u = d·x and the features in planes with a border of zeros, as wide as the kernel reaches. A row of a patch
// is rounded up to whole runs of eight elements, whose taps are zero.

enum { F(run) = 8 };

#undef SHORT_LOOP
#undef SUM_LOOP
#define SHORT_LOOP _Pragma("clang loop vectorize(assume_safety) interleave_count(1)")
#define SUM_LOOP _Pragma("clang loop vectorize(enable) interleave_count(1)")

INLINE int64_t F(exact_plane)(const F(spectral_work) * work) {
  return (work->spectral->height + work->spectral->sizes[1] - 1) * work->pitch;
}

INLINE int64_t F(exact_frame)(const F(spectral_work) * work) {
  return (1 + work->spectral->channels) * F(exact_plane)(work) + F(run);
}

// Where the pixels of row h of frame t lie in frame t + offset: the indices of their patches' first elements.
INLINE void F(exact_trace)(
    const F(spectral_work) * work, int64_t item, int64_t t, int64_t offset, int64_t h, F(spectral_path) path) {
  const ck_spectral *s = work->spectral;
  REAL tap = work->taps[0][s->sizes[0] / 2 + offset] / R(s->alpha);
  F(spectral_follow_row)(work, item, t, offset, h, tap, path);
  VECTORISED
  for (int64_t i = 0; i < s->width; i++) {
    REAL x = F(floor)(path.x[i] + R(0.5)), y = F(floor)(path.y[i] + R(0.5));
    bool inside = (x >= 0) & (x < R(s->width)) & (y >= 0) & (y < R(s->height));
    path.weight[i] = inside ? path.weight[i] : 0;
    path.index[i] = (int64_t)(inside ? y : 0) * work->pitch + (int64_t)(inside ? x : 0);
  }
}

// A patch, its rows one after the other: the neighbours' u and features [C] and their links to pixel i of a row.
typedef struct {
  REAL *u, *links, *features;
} F(exact_patch);

INLINE void F(exact_copy)(const F(spectral_work) * work, const REAL *from, REAL *patch) {
  for (int64_t b = 0; b < work->spectral->sizes[1]; b++, from += work->pitch)
    for (int64_t a = 0; a < work->run; a += F(run), patch += F(run))
      for (int64_t k = 0; k < F(run); k++) patch[k] = from[a + k];
}

INLINE void F(exact_links)(
    const F(spectral_work) * work, const REAL *fi, const REAL *from, REAL weight, F(exact_patch) patch) {
  int64_t plane = F(exact_plane)(work), count = work->spectral->sizes[1] * work->run;
  REAL minus_alpha = R(-work->spectral->alpha);
  REAL *links = patch.links;
  F(exact_copy)(work, from, patch.u);
  for (int64_t c = 0; c < work->spectral->channels; c++) {
    REAL f = fi[c * work->channel_step], *shifted = patch.features + c * count;
    F(exact_copy)(work, from + (1 + c) * plane, shifted);
    SHORT_LOOP
    for (int64_t k = 0; k < count; k++)
      links[k] = (f - shifted[k]) * (f - shifted[k]) + (c > 0 ? links[k] : 0);
  }
  SHORT_LOOP
  for (int64_t k = 0; k < count; k++)
    links[k] = weight * work->patch_taps[k] * F(exp_of_negative)(minus_alpha * links[k]);
}

// Adds to rows ku and, where df is not NULL, df [C, pitch] what the frame at an offset gives to row h of frame t.
INLINE void F(exact_gather)(
    const F(spectral_work) * work, int64_t at, const REAL *frame, F(spectral_path) path,
    F(exact_patch) patch, REAL *ku, REAL *df) {
  const ck_spectral *s = work->spectral;
  int64_t count = s->sizes[1] * work->run;
  for (int64_t i = 0; i < s->width; i++) {
    if (!(path.weight[i] > 0)) continue;
    const REAL *fi = work->f + at + i;
    F(exact_links)(work, fi, frame + path.index[i], path.weight[i], patch);
    REAL sum = 0;
    SUM_LOOP
    for (int64_t k = 0; k < count; k++) sum += patch.links[k] * patch.u[k];
    ku[i] += sum;
    for (int64_t c = 0; df && c < s->channels; c++) {
      const REAL *shifted = patch.features + c * count;
      REAL f = fi[c * work->channel_step], change = 0;
      SUM_LOOP
      for (int64_t k = 0; k < count; k++) change += patch.links[k] * (f - shifted[k]) * patch.u[k];
      df[c * work->pitch + i] += work->d[at + i] * work->dy[at + i] * change;
    }
  }
}

// Adds to the scattered planes' rows first ..< last (of the bordered frame) what a row at `at` gives to their frame.
INLINE void F(exact_scatter)(
    const F(spectral_work) * work, int64_t at, int64_t first, int64_t last, const REAL *frame,
    F(spectral_path) path, F(exact_patch) patch) {
  const ck_spectral *s = work->spectral;
  int64_t plane = F(exact_plane)(work), kh = s->sizes[1], count = kh * work->run;
  for (int64_t i = 0; i < s->width; i++) {
    int64_t top = path.index[i] / work->pitch;
    if (!(path.weight[i] > 0) || top + kh <= first || top >= last) continue;
    const REAL *fi = work->f + at + i;
    F(exact_links)(work, fi, frame + path.index[i], path.weight[i], patch);
    REAL v = work->d[at + i] * work->dy[at + i];
    for (int64_t b = 0; b < kh; b++) {
      if (top + b < first || top + b >= last) continue;
      for (int64_t a = 0; a < work->run; a += F(run)) {
        const REAL *links = patch.links + b * work->run + a, *u = patch.u + b * work->run + a;
        REAL *kv = work->scattered + path.index[i] + b * work->pitch + a;
        for (int64_t k = 0; k < F(run); k++) kv[k] += v * links[k];
        for (int64_t c = 0; work->dd && c < s->channels; c++) {
          const REAL *shifted = patch.features + c * count + b * work->run + a;
          REAL f = fi[c * work->channel_step], *df = kv + (1 + c) * plane;
          for (int64_t k = 0; k < F(run); k++) df[k] += v * links[k] * (shifted[k] - f) * u[k];
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
  REAL *slot = work->ring + work->frame % s->frames % s->sizes[0] * F(exact_frame)(work);
  for (int64_t h = begin; h < end; h++) {
    int64_t at = (work->frame * s->height + h) * s->width;
    REAL *row = slot + (h + s->sizes[1] / 2) * work->pitch + s->sizes[2] / 2;
    for (int64_t i = 0; i < s->width; i++) row[i] = work->x[at + i] * work->d[at + i];
    for (int64_t c = 0; c < s->channels; c++)
      memcpy(
          row + (1 + c) * plane, work->f + c * work->channel_step + at, (size_t)s->width * sizeof(REAL));
  }
}

// A row's path, ku and df [C], then a patch.
static size_t F(exact_scratch_bytes)(const F(spectral_work) * work) {
  return F(spectral_path_bytes)(work->spectral->width) +
      (size_t)((1 + work->spectral->channels) * work->pitch) * sizeof(REAL) +
      (size_t)((2 + work->spectral->channels) * work->spectral->sizes[1] * work->run) * sizeof(REAL);
}

static F(exact_patch) F(exact_patch_in)(const F(spectral_work) * work, REAL *ku) {
  REAL *u = ku + (1 + work->spectral->channels) * work->pitch;
  int64_t count = work->spectral->sizes[1] * work->run;
  return (F(exact_patch)){.u = u, .links = u + count, .features = u + 2 * count};
}

CK_CLONES static void F(exact_scatter_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, F(spectral_path) path,
    F(exact_patch) patch) {
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
      F(exact_trace)(work, item, source, offset, h, path);
      F(exact_scatter)(
          work, ((item * s->frames + source) * s->height + h) * s->width, first, last,
          work->ring + t % kt * F(exact_frame)(work), path, patch);
    }
  }
}

static void F(exact_scatter_rows)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  size_t bytes = F(exact_scratch_bytes)(work);
  char *scratch = ck_allocate(bytes);
  REAL *ku = (REAL *)(scratch + F(spectral_path_bytes)(work->spectral->width));
  F(exact_scatter_frame)(
      work, begin, end, F(spectral_path_in)(scratch, work->spectral->width), F(exact_patch_in)(work, ku));
  ck_deallocate(scratch, bytes);
}

CK_CLONES static void F(exact_finish_frame)(
    const F(spectral_work) * work, int64_t begin, int64_t end, F(spectral_path) path, REAL *ku) {
  F(exact_patch) patch = F(exact_patch_in)(work, ku);
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0], item = work->frame / s->frames, t = work->frame % s->frames;
  int64_t plane = F(exact_plane)(work), pitch = work->pitch, width = s->width;
  REAL *df = ku + pitch;
  for (int64_t h = begin; h < end; h++) {
    int64_t at = (work->frame * s->height + h) * width;
    memset(ku, 0, (size_t)((1 + s->channels) * pitch) * sizeof(REAL));
    for (int64_t offset = -(kt / 2); offset <= kt / 2; offset++) {
      if ((work->dy && !work->dd) || t + offset < 0 || t + offset >= s->frames) continue;
      F(exact_trace)(work, item, t, offset, h, path);
      F(exact_gather)(
          work, at, work->ring + (t + offset) % kt * F(exact_frame)(work), path, patch, ku,
          work->dy ? df : NULL);
    }
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
  size_t bytes = F(exact_scratch_bytes)(work);
  char *scratch = ck_allocate(bytes);
  F(exact_finish_frame)(
      work, begin, end, F(spectral_path_in)(scratch, work->spectral->width),
      (REAL *)(scratch + F(spectral_path_bytes)(work->spectral->width)));
  ck_deallocate(scratch, bytes);
}

static void F(exact_motion_run)(F(spectral_work) * work) {
  const ck_spectral *s = work->spectral;
  int64_t kt = s->sizes[0], kh = s->sizes[1], kw = s->sizes[2];
  work->run = (kw + F(run) - 1) / F(run) * F(run);
  REAL taps[kh * work->run];
  for (int64_t i = 0; i < kh * work->run; i++)
    taps[i] = i % work->run < kw ? work->taps[1][i / work->run] * work->taps[2][i % work->run] : 0;
  work->patch_taps = taps;
  work->pitch = (s->width + kw + F(run) + 15) / 16 * 16;
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
