// Rows of products and their filters, which the plain and the motion-compensated Taylor operators share. A row of
// products holds u = d·x, Σ f²·u and each f·u, `pitch` apart; with zeros beside the frame it is a padded row.

typedef struct {
  const ck_spectral *spectral;
  const ck_spectral_motion *motion;  // NULL in the plain operator
  const REAL *x, *d, *f, *dy;
  REAL *y;             // of the product
  REAL *dx, *dd, *df;  // of the gradient; dd and df may be NULL
  const REAL *taps[3];
  int64_t pitch, row_step, channel_step;
  int64_t frame;           // with motion: the one at work,
  REAL *ring, *scattered;  // the filtered frames around it, and the adjoint's products in it
  const REAL *log_taps;    // with exact links: to base 2, of a kernel's height × width,
  REAL scale;              // and what a square of differences takes from them
} F(spectral_work);

// The taps in time, height and width, and the step from a channel to the next.
static void F(spectral_set_taps)(F(spectral_work) * work, REAL *taps) {
  const ck_spectral *s = work->spectral;
  for (int axis = 0; axis < 3; axis++) {
    int64_t size = s->sizes[axis];
    double exact[size];
    ck_spectral_taps(size, exact);
    for (int64_t k = 0; k < size; k++) taps[k] = R(exact[k]);
    work->taps[axis] = taps;
    taps += size;
  }
  work->channel_step = s->batch * s->frames * s->height * s->width;
}

INLINE void F(spectral_sum_of)(
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
    case 1: F(spectral_sum_of)(1, width, rows, taps, y); break;
    case 3: F(spectral_sum_of)(3, width, rows, taps, y); break;
    case 5: F(spectral_sum_of)(5, width, rows, taps, y); break;
    case 7: F(spectral_sum_of)(7, width, rows, taps, y); break;
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

INLINE void F(spectral_block_of)(
    int64_t count, int64_t width, const REAL *const *rows, const REAL *taps, REAL *y) {
  const REAL *in[16];
  REAL *y0 = y, *y1 = y + width, *y2 = y1 + width, *y3 = y2 + width;
  for (int64_t k = 0; k < count + 3; k++) in[k] = rows[k];
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL v[16], sums[4];
    for (int64_t k = 0; k < count + 3; k++) v[k] = in[k][i];
    for (int64_t j = 0; j < 4; j++) {
      sums[j] = taps[count / 2] * v[j + count / 2];
      for (int64_t k = 0; k < count / 2; k++) sums[j] += taps[k] * (v[j + k] + v[j + count - 1 - k]);
    }
    y0[i] = sums[0];
    y1[i] = sums[1];
    y2[i] = sums[2];
    y3[i] = sums[3];
  }
}

// The sums of a block of rows, each starting a row further down; a row is loaded once for all of them.
INLINE void F(spectral_block)(
    int64_t count, int64_t width, const REAL *const *rows, const REAL *taps, REAL *y) {
  switch (count) {
    case 3: F(spectral_block_of)(3, width, rows, taps, y); break;
    case 5: F(spectral_block_of)(5, width, rows, taps, y); break;
    case 7: F(spectral_block_of)(7, width, rows, taps, y); break;
    default:
      for (int64_t j = 0; j < block_rows; j++)
        F(spectral_sum)(count, width, rows + j, taps, y + j * width);
  }
}

// A row's products.
INLINE void F(spectral_products)(
    const F(spectral_work) * work, const REAL *x, const REAL *d, const REAL *f, REAL *products) {
  int64_t width = work->spectral->width, pitch = work->pitch;
  REAL *plain = products, *square = products + pitch, *cross = products + 2 * pitch;
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL u = x[i] * d[i], fu = f[i] * u;
    plain[i] = u;
    cross[i] = fu;
    square[i] = f[i] * fu;
  }
  for (int64_t c = 1; c < work->spectral->channels; c++) {
    f += work->channel_step;
    cross += pitch;
    VECTORISED
    for (int64_t i = 0; i < width; i++) {
      REAL fu = f[i] * plain[i];
      cross[i] = fu;
      square[i] += f[i] * fu;
    }
  }
}

// K(u) from the filtered products of u.
INLINE void F(spectral_combine)(
    const F(spectral_work) * work, const REAL *filtered, const REAL *f, REAL *y) {
  int64_t width = work->spectral->width, pitch = work->pitch;
  REAL inverse_alpha = R(1 / work->spectral->alpha);
  const REAL *plain = filtered, *square = filtered + pitch, *cross = filtered + 2 * pitch;
  VECTORISED
  for (int64_t i = 0; i < width; i++)
    y[i] = inverse_alpha * plain[i] - square[i] + f[i] * (2 * cross[i] - f[i] * plain[i]);
  for (int64_t c = 1; c < work->spectral->channels; c++) {
    f += work->channel_step;
    cross += pitch;
    VECTORISED
    for (int64_t i = 0; i < width; i++) y[i] += f[i] * (2 * cross[i] - f[i] * plain[i]);
  }
}

// A row of the result, from the filtered products of u = d·x.
INLINE void F(spectral_finish)(const F(spectral_work) * work, int64_t at, const REAL *u, REAL *ku) {
  const REAL *d = work->d + at;
  REAL *y = work->y + at;
  F(spectral_combine)(work, u, work->f + at, ku);
  VECTORISED
  for (int64_t i = 0; i < work->spectral->width; i++) y[i] = d[i] * ku[i];
}

// A row of the gradients, from the filtered products of u = d·x and those of v = d·dy by the adjoint; rows has two of
// scratch.
INLINE void F(spectral_finish_gradient)(
    const F(spectral_work) * work, int64_t at, const REAL *u, const REAL *v, REAL *rows) {
  int64_t width = work->spectral->width, pitch = work->pitch;
  const REAL *x = work->x + at, *d = work->d + at, *f = work->f + at, *dy = work->dy + at;
  REAL *ku = rows, *kv = rows + pitch, *dx = work->dx + at;
  F(spectral_combine)(work, v, f, kv);
  VECTORISED
  for (int64_t i = 0; i < width; i++) dx[i] = d[i] * kv[i];
  if (!work->dd) return;
  REAL *dd = work->dd + at;
  F(spectral_combine)(work, u, f, ku);
  VECTORISED
  for (int64_t i = 0; i < width; i++) dd[i] = dy[i] * ku[i] + x[i] * kv[i];
  for (int64_t c = 0; c < work->spectral->channels; c++) {
    const REAL *fc = f + c * work->channel_step, *cu = u + (2 + c) * pitch, *cv = v + (2 + c) * pitch;
    REAL *df = work->df + c * work->channel_step + at;
    VECTORISED
    for (int64_t i = 0; i < width; i++)
      df[i] = 2 * d[i] * (dy[i] * (cu[i] - fc[i] * u[i]) + x[i] * (cv[i] - fc[i] * v[i]));
  }
}

// Where a frame's rows of products come from: x·d and f, or products made before, `row_step` apart.
typedef struct {
  const REAL *x, *d, *f, *products;
} F(spectral_source);

// Filters a block of rows of a frame, from `first`, over space. The window holds the padded rows of products that
// the block's filters span; the next block further down reuses what they share.
INLINE void F(spectral_filter)(
    const F(spectral_work) * work, F(spectral_source) source, int64_t first, bool continues, REAL *window,
    REAL *vertical, REAL *filtered) {
  const ck_spectral *s = work->spectral;
  int64_t kh = s->sizes[1], kw = s->sizes[2], depth = kh + block_rows - 1, row_step = work->row_step;
  const REAL *rows[depth > kw ? depth : kw];
  for (int64_t k = 0; k < depth; k++) {
    int64_t h = first - kh / 2 + k, at = h * s->width;
    REAL *row = window + (h + depth) % depth * row_step;
    rows[k] = row;
    if (continues && k < kh - 1) continue;
    if (h < 0 || h >= s->height) {
      memset(row, 0, (size_t)row_step * sizeof(REAL));
    } else if (source.products) {
      for (int64_t q = 0; q < 2 + s->channels; q++)
        memcpy(
            row + q * work->pitch + kw / 2, source.products + h * row_step + q * work->pitch,
            (size_t)s->width * sizeof(REAL));
    } else {
      F(spectral_products)(work, source.x + at, source.d + at, source.f + at, row + kw / 2);
    }
  }
  F(spectral_block)(kh, row_step, rows, work->taps[1], vertical);
  for (int64_t j = 0; j < block_rows; j++)
    for (int64_t q = 0; q < 2 + s->channels; q++) {
      for (int64_t k = 0; k < kw; k++) rows[k] = vertical + j * row_step + q * work->pitch + k;
      F(spectral_sum)(kw, s->width, rows, work->taps[2], filtered + j * row_step + q * work->pitch);
    }
}
