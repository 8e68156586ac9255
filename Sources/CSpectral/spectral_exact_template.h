// The exact operator: K(u)_i = α⁻¹ Σ_j G_ij exp(−α Σ (f_i − f_j)²)·u_j, neighbour by neighbour. A row of the result
// takes all the rows that its kernel spans, each shifted by every column of the kernel.

typedef struct {
  REAL *u, *v, *f;                       // a neighbour's row, with zeros beside the frame
  REAL *links, *ku, *kv, *df, *ui, *vi;  // of the row at work
} F(spectral_exact_rows);

// The links G·exp(−α Σ (f_i − f_j)²)/α between the row of features f and one shifted by k.
INLINE void F(spectral_links)(
    const F(spectral_work) * work, const REAL *f, const REAL *shifted, REAL tap, REAL *links) {
  int64_t width = work->spectral->width;
  REAL minus_alpha = R(-work->spectral->alpha);
  for (int64_t c = 0; c < work->spectral->channels - 1; c++, f += work->channel_step, shifted += work->pitch) {
    VECTORISED
    for (int64_t i = 0; i < width; i++) {
      REAL difference = f[i] - shifted[i];
      links[i] = difference * difference + (c == 0 ? 0 : links[i]);
    }
  }
  REAL before = work->spectral->channels > 1;
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL difference = f[i] - shifted[i], square = difference * difference;
    square += before != 0 ? links[i] : 0;
    links[i] = tap * F(exp_of_negative)(minus_alpha * square);
  }
}

// Adds what one neighbouring row, shifted by k, gives.
INLINE void F(spectral_exact_add)(
    const F(spectral_work) * work, const REAL *f, int64_t k, const F(spectral_exact_rows) * rows) {
  int64_t width = work->spectral->width;
  const REAL *links = rows->links, *u = rows->u + k, *v = rows->v + k, *ui = rows->ui, *vi = rows->vi;
  REAL *ku = rows->ku, *kv = rows->kv;
  VECTORISED
  for (int64_t i = 0; i < width; i++) ku[i] += links[i] * u[i];
  if (!work->dy) return;
  VECTORISED
  for (int64_t i = 0; i < width; i++) kv[i] += links[i] * v[i];
  for (int64_t c = 0; c < work->spectral->channels; c++) {
    const REAL *fc = f + c * work->channel_step, *shifted = rows->f + c * work->pitch + k;
    REAL *df = rows->df + c * work->pitch;
    VECTORISED
    for (int64_t i = 0; i < width; i++)
      df[i] += links[i] * (fc[i] - shifted[i]) * (vi[i] * u[i] + ui[i] * v[i]);
  }
}

CK_CLONES static void F(spectral_exact_row)(
    const F(spectral_work) * work, int64_t row, const F(spectral_exact_rows) * rows) {
  const ck_spectral *s = work->spectral;
  int64_t width = s->width, height = s->height, channels = s->channels;
  int64_t kt = s->sizes[0], kh = s->sizes[1], kw = s->sizes[2], at = row * width;
  int64_t h = row % height, frame = row / height, t = frame % s->frames;
  const REAL *f = work->f + at, *d = work->d + at, *x = work->x + at, *dy = work->dy ? work->dy + at : x;
  memset(rows->ku, 0, (size_t)((2 + channels) * work->pitch) * sizeof(REAL));
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    rows->ui[i] = x[i] * d[i];
    rows->vi[i] = dy[i] * d[i];
  }
  for (int64_t a = -(kt / 2); a <= kt / 2; a++) {
    if (t + a < 0 || t + a >= s->frames) continue;
    for (int64_t b = -(kh / 2); b <= kh / 2; b++) {
      if (h + b < 0 || h + b >= height) continue;
      int64_t from = ((frame + a) * height + h + b) * width;
      const REAL *xj = work->x + from, *dj = work->d + from, *dyj = work->dy ? work->dy + from : xj;
      REAL *u = rows->u + kw / 2, *v = rows->v + kw / 2;
      VECTORISED
      for (int64_t i = 0; i < width; i++) {
        u[i] = xj[i] * dj[i];
        v[i] = dyj[i] * dj[i];
      }
      for (int64_t c = 0; c < channels; c++)
        memcpy(
            rows->f + c * work->pitch + kw / 2, work->f + c * work->channel_step + from,
            (size_t)width * sizeof(REAL));
      REAL tap = work->taps[0][a + kt / 2] * work->taps[1][b + kh / 2] / R(s->alpha);
      for (int64_t k = 0; k < kw; k++) {
        F(spectral_links)(work, f, rows->f + k, tap * work->taps[2][k], rows->links);
        F(spectral_exact_add)(work, f, k, rows);
      }
    }
  }
  if (!work->dy) {
    REAL *y = work->y + at;
    VECTORISED
    for (int64_t i = 0; i < width; i++) y[i] = d[i] * rows->ku[i];
    return;
  }
  REAL *dx = work->dx + at, *dd = work->dd + at, scale = R(-2 * s->alpha);
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    dx[i] = d[i] * rows->kv[i];
    dd[i] = dy[i] * rows->ku[i] + x[i] * rows->kv[i];
  }
  for (int64_t c = 0; c < channels; c++) {
    REAL *df = work->df + c * work->channel_step + at;
    VECTORISED
    for (int64_t i = 0; i < width; i++) df[i] = scale * rows->df[c * work->pitch + i];
  }
}

static void F(spectral_exact)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  int64_t channels = work->spectral->channels, pitch = work->pitch;
  size_t bytes = sizeof(REAL) * (size_t)((7 + 2 * channels) * pitch);
  REAL *u = ck_allocate(bytes), *v = u + pitch, *ku = v + pitch, *kv = ku + pitch, *df = kv + pitch;
  REAL *f = df + channels * pitch, *links = f + channels * pitch;
  F(spectral_exact_rows) rows = {
      .u = u, .v = v, .f = f, .links = links, .ku = ku, .kv = kv, .df = df, .ui = links + pitch,
      .vi = links + 2 * pitch};
  memset(u, 0, bytes);
  for (int64_t row = begin; row < end; row++) F(spectral_exact_row)(work, row, &rows);
  ck_deallocate(u, bytes);
}
