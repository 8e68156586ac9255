// Rows and their filters, which the plain and the motion-compensated operators share.

typedef struct {
  REAL centre, scale, bound, factors[most_terms];
} F(spectral_series);

typedef struct {
  const ck_spectral *spectral;
  const ck_spectral_motion *motion;  // NULL in the plain operator
  const REAL *x, *d, *f, *dy;
  REAL *y;             // of the product
  REAL *dx, *dd, *df;  // of the gradient; dd and df may be NULL
  const REAL *taps[3];
  const F(spectral_series) *series;  // of exact links, where they are filtered; otherwise NULL
  int64_t planes;                    // of products
  int64_t pitch, row_step, channel_step;
  int64_t frame;           // with motion: the one at work,
  REAL *ring, *scattered;  // the filtered frames around it, and the adjoint's products in it
  // With exact links: what the features are multiplied by, the elements of a plane, and of the neighbours in space, where they
  // lie in a patch, and the logarithms of their taps to base 2.
  REAL scale;
  int64_t plane, neighbours;
  const int64_t *offsets;
  const REAL *log_taps;
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
  // Copies, which y can't change.
  const REAL *in[8];
  REAL tap[8];
  for (int64_t k = 0; k < count; k++) {
    in[k] = rows[k];
    tap[k] = taps[k];
  }
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL sum = tap[count / 2] * in[count / 2][i];
    for (int64_t k = 0; k < count / 2; k++) sum += tap[k] * (in[k][i] + in[count - 1 - k][i]);
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
  REAL tap[8], *y0 = y, *y1 = y + width, *y2 = y1 + width, *y3 = y2 + width;
  for (int64_t k = 0; k < count + 3; k++) in[k] = rows[k];
  for (int64_t k = 0; k < count; k++) tap[k] = taps[k];
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL v[16], sums[4];
    for (int64_t k = 0; k < count + 3; k++) v[k] = in[k][i];
    for (int64_t j = 0; j < 4; j++) {
      sums[j] = tap[count / 2] * v[j + count / 2];
      for (int64_t k = 0; k < count / 2; k++) sums[j] += tap[k] * (v[j + k] + v[j + count - 1 - k]);
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
