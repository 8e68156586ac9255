// The Taylor form 1/α − Σ (f_i − f_j)² of links, whose sums are those of filtered products.

// A row's products u = d·x, Σ f²·u and each f·u.
INLINE void F(taylor_products)(
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
INLINE void F(taylor_combine)(
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

// The slope of K(u) in the pixels' own features, of one channel, from the filtered products of u.
INLINE void F(taylor_slope)(
    const F(spectral_work) * work, const REAL *filtered, const REAL *f, int64_t channel, REAL *slope) {
  const REAL *cross = filtered + (2 + channel) * work->pitch;
  VECTORISED
  for (int64_t i = 0; i < work->spectral->width; i++) slope[i] = 2 * (cross[i] - f[i] * filtered[i]);
}

// The sum of a row's elements around i.
INLINE REAL F(taylor_around)(int64_t count, const REAL *taps, const REAL *row, int64_t i) {
  REAL sum = taps[count / 2] * row[i + count / 2];
  for (int64_t k = 0; k < count / 2; k++) sum += taps[k] * (row[i + k] + row[i + count - 1 - k]);
  return sum;
}

INLINE void F(taylor_finish_of)(
    const F(spectral_work) * work, int64_t count, int64_t at, const REAL *products, REAL *u) {
  const REAL *square = products + work->pitch, *cross = square + work->pitch, *f = work->f + at, *d = work->d + at;
  REAL *y = work->y + at, inverse_alpha = R(1 / work->spectral->alpha), taps[8];
  int64_t width = work->spectral->width;
  for (int64_t k = 0; k < count; k++) taps[k] = work->taps[2][k];
  VECTORISED
  for (int64_t i = 0; i < width; i++) {
    REAL sum = F(taylor_around)(count, taps, products, i), fu = F(taylor_around)(count, taps, cross, i);
    u[i] = sum;
    y[i] = d[i] * (inverse_alpha * sum - F(taylor_around)(count, taps, square, i) + f[i] * (2 * fu - f[i] * sum));
  }
  for (int64_t c = 1; c < work->spectral->channels; c++) {
    f += work->channel_step;
    cross += work->pitch;
    VECTORISED
    for (int64_t i = 0; i < width; i++)
      y[i] += d[i] * f[i] * (2 * F(taylor_around)(count, taps, cross, i) - f[i] * u[i]);
  }
}

// Whether a row of the result is made at once of products that are not yet filtered sideways.
INLINE bool F(taylor_finishes)(const F(spectral_work) * work) {
  int64_t kw = work->spectral->sizes[2];
  return !work->series && !work->dy && (kw == 3 || kw == 5 || kw == 7);
}

// A row of the result of such products, padded; a row of scratch.
INLINE void F(taylor_finish)(const F(spectral_work) * work, int64_t at, const REAL *products, REAL *scratch) {
  switch (work->spectral->sizes[2]) {
    case 3: F(taylor_finish_of)(work, 3, at, products, scratch); break;
    case 5: F(taylor_finish_of)(work, 5, at, products, scratch); break;
    case 7: F(taylor_finish_of)(work, 7, at, products, scratch); break;
  }
}
