static void F(spectral_run)(F(spectral_work) work) {
  const ck_spectral *s = work.spectral;
  if (s->batch * s->frames * s->height * s->width == 0) return;
  REAL taps[tap_count(s)];
  F(spectral_set_taps)(&work, taps);
  F(spectral_series) series;
  work.planes = 2 + s->channels;
  if (s->exact && F(spectral_make_series)(&work, &series, &work.planes)) work.series = &series;
  work.pitch = (s->width + s->sizes[2] + lanes + 15) / 16 * 16;
  work.row_step = work.planes * work.pitch;
  if (s->exact && !work.series)
    F(exact_run)(&work);
  else if (work.motion)
    F(spectral_motion_run)(&work);
  else
    ck_parallel(s->batch * band_count(s), 1, &work, F(spectral_bands));
}

static void F(spectral_product)(
    const ck_spectral *spectral, const ck_spectral_motion *motion, const REAL *x, const REAL *d,
    const REAL *f, REAL *y) {
  F(spectral_run)((F(spectral_work)){
      .spectral = spectral, .motion = motion, .x = x, .d = d, .f = f, .y = y});
}

static void F(spectral_gradient)(
    const ck_spectral *spectral, const ck_spectral_motion *motion, const REAL *x, const REAL *d,
    const REAL *f, const REAL *dy, REAL *dx, REAL *dd, REAL *df) {
  if (!motion && !dd)  // symmetric
    F(spectral_product)(spectral, NULL, dy, d, f, dx);
  else
    F(spectral_run)((F(spectral_work)){
        .spectral = spectral, .motion = motion, .x = x, .d = d, .f = f, .dy = dy, .dx = dx, .dd = dd,
        .df = df});
}
