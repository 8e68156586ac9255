// One band of rows at a time. For every row of a frame, the 2 + C products u, Σ f²·u and f·u are summed over time
// and filtered along the row into a ring of as many rows as the kernel is high; the ring's weighted sum is the
// filtered row. `fields` is 1 in the operator (x) and 2 in its gradient (x and dy).

typedef struct {
  const ck_spectral *spectral;
  const REAL *x[2], *d, *f;
  int64_t fields;
  REAL *y, *dd, *df;  // y is dx in the gradient
  const REAL *taps[3];
} F(spectral_work);

INLINE void F(spectral_sum_fixed)(
    int64_t count, int64_t width, const REAL *const *rows, const REAL *taps, REAL *y) {
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL sum = taps[count / 2] * rows[count / 2][i];
    for (int64_t k = 0; k < count / 2; k++) sum += taps[k] * (rows[k][i] + rows[count - 1 - k][i]);
    y[i] = sum;
  }
}

// y = Σ taps[k]·rows[k]; the taps are symmetric.
INLINE void F(spectral_sum)(
    int64_t count, int64_t width, const REAL *const *rows, const REAL *taps, REAL *y) {
  switch (count) {
    case 1: F(spectral_sum_fixed)(1, width, rows, taps, y); break;
    case 3: F(spectral_sum_fixed)(3, width, rows, taps, y); break;
    case 5: F(spectral_sum_fixed)(5, width, rows, taps, y); break;
    case 7: F(spectral_sum_fixed)(7, width, rows, taps, y); break;
    default: {
      const REAL *centre = rows[count / 2], tap = taps[count / 2];
      VECTORISED
      for (int64_t i = 0; i < width; i++) y[i] = tap * centre[i];
      for (int64_t k = 0; k < count / 2; k++) {
        const REAL *before = rows[k], *after = rows[count - 1 - k], outer = taps[k];
        VECTORISED
        for (int64_t i = 0; i < width; i++) y[i] += outer * (before[i] + after[i]);
      }
    }
  }
}

// Adds one frame's row of products, weighted by its tap; sums [2 + C, pitch].
INLINE void F(spectral_products)(
    int64_t width, int64_t channels, int64_t channel_step, int64_t pitch, REAL tap, const REAL *x,
    const REAL *d, const REAL *f, REAL *sums) {
  REAL *plain = sums, *square = sums + pitch;
  for (int64_t c = 0; c < channels; c++) {
    const REAL *fc = f + c * channel_step;
    REAL *cross = sums + (2 + c) * pitch;
    REAL unit = c == 0 ? 1 : 0;
    VECTORISED
    for (int64_t i = 0; i < width; i++) {
      REAL u = tap * x[i] * d[i], fu = fc[i] * u;
      plain[i] += unit * u;
      cross[i] += fu;
      square[i] += fc[i] * fu;
    }
  }
}

// K(u) from the filtered rows [2 + C, width] of u.
INLINE void F(spectral_combine)(
    int64_t width, int64_t channels, int64_t channel_step, REAL inverse_alpha, const REAL *filtered,
    const REAL *f, REAL *y) {
  const REAL *plain = filtered, *square = filtered + width;
  for (int64_t c = 0; c < channels; c++) {
    const REAL *fc = f + c * channel_step, *cross = filtered + (2 + c) * width;
    if (c == 0) {
      VECTORISED
      for (int64_t i = 0; i < width; i++)
        y[i] = inverse_alpha * plain[i] - square[i] + fc[i] * (2 * cross[i] - fc[i] * plain[i]);
    } else {
      VECTORISED
      for (int64_t i = 0; i < width; i++) y[i] += fc[i] * (2 * cross[i] - fc[i] * plain[i]);
    }
  }
}

CK_CLONES static void F(spectral_band)(
    const F(spectral_work) * work, int64_t item, int64_t first, int64_t last, REAL *scratch) {
  const ck_spectral *s = work->spectral;
  int64_t width = s->width, height = s->height, channels = s->channels, products = 2 + channels;
  int64_t step = s->batch * s->frames * height * width;
  int64_t kt = s->sizes[0], kh = s->sizes[1], kw = s->sizes[2];
  int64_t pitch = width + kw - 1, field_rows = products * width;
  // Rows outside the frame stay zero, and so do the margins of the padded rows.
  REAL *padded = scratch, *ring = padded + products * pitch;
  REAL *filtered = ring + kh * work->fields * field_rows;
  REAL *ku = filtered + work->fields * field_rows, *kv = ku + width;
  const REAL *rows[kh > kw ? kh : kw];
  memset(padded, 0, (size_t)(products * pitch) * sizeof(REAL));

  for (int64_t t = 0; t < s->frames; t++) {
    for (int64_t h = first - kh / 2; h < last + kh / 2; h++) {
      REAL *slot = ring + (h + kh) % kh * work->fields * field_rows;
      if (h < 0 || h >= height) {
        memset(slot, 0, (size_t)(work->fields * field_rows) * sizeof(REAL));
      } else {
        for (int64_t field = 0; field < work->fields; field++) {
          for (int64_t q = 0; q < products; q++)
            memset(padded + q * pitch + kw / 2, 0, (size_t)width * sizeof(REAL));
          for (int64_t k = 0; k < kt; k++) {
            int64_t frame = t + k - kt / 2;
            if (frame < 0 || frame >= s->frames) continue;
            int64_t at = ((item * s->frames + frame) * height + h) * width;
            F(spectral_products)(
                width, channels, step, pitch, work->taps[0][k], work->x[field] + at, work->d + at,
                work->f + at, padded + kw / 2);
          }
          for (int64_t q = 0; q < products; q++) {
            for (int64_t k = 0; k < kw; k++) rows[k] = padded + q * pitch + k;
            F(spectral_sum)(kw, width, rows, work->taps[2], slot + field * field_rows + q * width);
          }
        }
      }
      int64_t row = h - kh / 2;
      if (row < first) continue;
      for (int64_t k = 0; k < kh; k++)
        rows[k] = ring + (row - kh / 2 + k + kh) % kh * work->fields * field_rows;
      F(spectral_sum)(kh, work->fields * field_rows, rows, work->taps[1], filtered);

      int64_t at = ((item * s->frames + t) * height + row) * width;
      const REAL *x = work->x[0] + at, *dy = work->x[1] + at, *d = work->d + at, *f = work->f + at;
      REAL *y = work->y + at, inverse_alpha = R(s->inverse_alpha);
      F(spectral_combine)(width, channels, step, inverse_alpha, filtered, f, ku);
      if (work->fields == 1) {
        VECTORISED
        for (int64_t i = 0; i < width; i++) y[i] = d[i] * ku[i];
        continue;
      }
      const REAL *u = filtered, *v = filtered + field_rows;
      F(spectral_combine)(width, channels, step, inverse_alpha, v, f, kv);
      REAL *dd = work->dd + at;
      VECTORISED
      for (int64_t i = 0; i < width; i++) {
        y[i] = d[i] * kv[i];
        dd[i] = dy[i] * ku[i] + x[i] * kv[i];
      }
      for (int64_t c = 0; c < channels; c++) {
        const REAL *fc = f + c * step, *cu = u + (2 + c) * width, *cv = v + (2 + c) * width;
        REAL *df = work->df + c * step + at;
        VECTORISED
        for (int64_t i = 0; i < width; i++)
          df[i] = 2 * d[i] * (dy[i] * (cu[i] - fc[i] * u[i]) + x[i] * (cv[i] - fc[i] * v[i]));
      }
    }
  }
}

static void F(spectral_bands)(void *context, int64_t begin, int64_t end) {
  const F(spectral_work) *work = context;
  const ck_spectral *s = work->spectral;
  int64_t products = 2 + s->channels, bands = (s->height + band_rows - 1) / band_rows;
  size_t bytes = sizeof(REAL) *
      (size_t)(products * (s->width + s->sizes[2] - 1) +
               work->fields * products * s->width * (s->sizes[1] + 1) + 2 * s->width);
  REAL *scratch = ck_allocate(bytes);
  for (int64_t band = begin; band < end; band++) {
    int64_t first = band % bands * band_rows, last = first + band_rows;
    F(spectral_band)(work, band / bands, first, last < s->height ? last : s->height, scratch);
  }
  ck_deallocate(scratch, bytes);
}

static void F(spectral_run)(F(spectral_work) work) {
  const ck_spectral *s = work.spectral;
  REAL taps[s->sizes[0] + s->sizes[1] + s->sizes[2]], *next = taps;
  for (int axis = 0; axis < 3; axis++) {
    int64_t size = s->sizes[axis];
    double exact[size];
    ck_spectral_taps(size, exact);
    for (int64_t k = 0; k < size; k++) next[k] = R(exact[k]);
    work.taps[axis] = next;
    next += size;
  }
  int64_t bands = (s->height + band_rows - 1) / band_rows;
  ck_parallel(s->batch * bands, 1, &work, F(spectral_bands));
}

void F(ck_spectral_product)(
    const ck_spectral *spectral, const REAL *x, const REAL *d, const REAL *f, REAL *y) {
  F(spectral_run)((F(spectral_work)){
      .spectral = spectral, .x = {x, x}, .d = d, .f = f, .fields = 1, .y = y});
}

void F(ck_spectral_gradient)(
    const ck_spectral *spectral, const REAL *x, const REAL *d, const REAL *f, const REAL *dy,
    REAL *dx, REAL *dd, REAL *df) {
  F(spectral_run)((F(spectral_work)){
      .spectral = spectral, .x = {x, dy}, .d = d, .f = f, .fields = 2, .y = dx, .dd = dd, .df = df});
}
