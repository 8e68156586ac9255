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
