// The mean over windows.

CK_CLONES static void F(average_forward)(void *context, int64_t begin, int64_t end) {
  const F(pool) *work = context;
  const ck_pooling *pooling = work->pooling;
  const int64_t *in = pooling->in, *out = pooling->out;
  int64_t channels = pooling->channels;
  for (int64_t row = begin; row < end; row++) {
    span span0 = span_of(pooling, 0, row / out[1] % out[0]), span1 = span_of(pooling, 1, row % out[1]);
    const REAL *image = work->from + row / out[1] / out[0] * in[0] * in[1] * in[2] * channels;
    for (int64_t at = 0; at < out[2]; at++) {
      span span2 = span_of(pooling, 2, at);
      REAL *restrict mean = work->to + (row * out[2] + at) * channels;
      memset(mean, 0, (size_t)channels * sizeof(REAL));
      for (int64_t tap0 = span0.low; tap0 < span0.high; tap0++) {
        int64_t at0 = span0.first + tap0 * pooling->dilation[0];
        for (int64_t tap1 = span1.low; tap1 < span1.high; tap1++) {
          int64_t at1 = span1.first + tap1 * pooling->dilation[1];
          for (int64_t tap2 = span2.low; tap2 < span2.high; tap2++) {
            int64_t at2 = span2.first + tap2 * pooling->dilation[2];
            const REAL *x = image + ((at0 * in[1] + at1) * in[2] + at2) * channels;
            for (int64_t c = 0; c < channels; c++) mean[c] += x[c];
          }
        }
      }
      int64_t size = span0.counted * span1.counted * span2.counted;
      REAL divisor = size > 0 ? (REAL)size : 1;
      // Of powers of 2 the reciprocal is exact, and quicker.
      if ((size & (size - 1)) == 0) {
        for (int64_t c = 0; c < channels; c++) mean[c] *= 1 / divisor;
      } else {
        for (int64_t c = 0; c < channels; c++) mean[c] /= divisor;
      }
    }
  }
}

static void F(average_pool_forward)(const ck_pooling *pooling, const REAL *x, REAL *y) {
  F(pool) work = {.pooling = pooling, .from = x, .to = y};
  ck_parallel(pooling->batch * pooling->out[0] * pooling->out[1], grain(pooling->out[2] * pooling->channels),
              &work, F(average_forward));
}

static void F(average_pool_backward)(const ck_pooling *pooling, const REAL *dy, REAL *dx) {
  F(run_backward)(pooling, dy, NULL, dx);
}
