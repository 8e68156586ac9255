typedef struct {
  const ck_pooling *pooling;
  const STORED *from;
  STORED *to;
  int32_t *index;
  const int32_t *maxima;
  cover cover[3];
} F(pool);

// One output position: the largest of each channel over the window, and where it was.
static inline bool F(is_larger)(STORED x, STORED best) { return LOAD(x) > LOAD(best) || LOAD(x) != LOAD(x); }

static inline void F(take_maximum)(STORED *restrict best, const STORED *restrict x, int64_t channels) {
  for (int64_t c = 0; c < channels; c++) best[c] = F(is_larger)(x[c], best[c]) ? x[c] : best[c];
}

static inline void F(take_maximum_and_index)(STORED *restrict best, int32_t *restrict index,
                                                const STORED *restrict x, int32_t at, int64_t channels) {
  for (int64_t c = 0; c < channels; c++) {
    bool larger = F(is_larger)(x[c], best[c]);
    index[c] = larger ? at : index[c];
    best[c] = larger ? x[c] : best[c];
  }
}

// Rows are those of the output: [batch, out[0], out[1]].
CK_CLONES static void F(max_forward)(void *context, int64_t begin, int64_t end) {
  const F(pool) *work = context;
  const ck_pooling *pooling = work->pooling;
  const int64_t *in = pooling->in, *out = pooling->out;
  int64_t channels = pooling->channels;
  for (int64_t row = begin; row < end; row++) {
    span span0 = span_of(pooling, 0, row / out[1] % out[0]), span1 = span_of(pooling, 1, row % out[1]);
    const STORED *image = work->from + row / out[1] / out[0] * in[0] * in[1] * in[2] * channels;
    for (int64_t at = 0; at < out[2]; at++) {
      span span2 = span_of(pooling, 2, at);
      STORED *best = work->to + (row * out[2] + at) * channels;
      int32_t *index = work->index ? work->index + (row * out[2] + at) * channels : NULL;
      bool empty = true;
      for (int64_t tap0 = span0.low; tap0 < span0.high; tap0++) {
        int64_t at0 = span0.first + tap0 * pooling->dilation[0];
        for (int64_t tap1 = span1.low; tap1 < span1.high; tap1++) {
          int64_t at1 = span1.first + tap1 * pooling->dilation[1];
          for (int64_t tap2 = span2.low; tap2 < span2.high; tap2++) {
            int64_t position = (at0 * in[1] + at1) * in[2] + span2.first + tap2 * pooling->dilation[2];
            const STORED *x = image + position * channels;
            if (empty) {
              memcpy(best, x, (size_t)channels * sizeof(STORED));
              for (int64_t c = 0; index && c < channels; c++) index[c] = (int32_t)position;
              empty = false;
            } else if (index) {
              F(take_maximum_and_index)(best, index, x, (int32_t)position, channels);
            } else {
              F(take_maximum)(best, x, channels);
            }
          }
        }
      }
      for (int64_t c = 0; empty && c < channels; c++) {
        best[c] = STORE(-(REAL)INFINITY);
        if (index) index[c] = -1;
      }
    }
  }
}

static void F(max_pool_forward)(const ck_pooling *pooling, const STORED *x, STORED *y, int32_t *index) {
  F(pool) work = {.pooling = pooling, .from = x, .to = y, .index = index};
  ck_parallel(pooling->batch * pooling->out[0] * pooling->out[1], grain(pooling->out[2] * pooling->channels),
              &work, F(max_forward));
}

// The first window sets the gradient, the others add to it.
static inline void F(add_where)(STORED *restrict sum, const STORED *restrict dy, const int32_t *restrict maxima,
                                   int32_t at, bool first, int64_t channels) {
  if (first) {
    for (int64_t c = 0; c < channels; c++) sum[c] = maxima[c] == at ? dy[c] : 0;
  } else {
    for (int64_t c = 0; c < channels; c++) sum[c] = maxima[c] == at ? STORE(LOAD(sum[c]) + LOAD(dy[c])) : sum[c];
  }
}

static inline void F(add_scaled)(STORED *restrict sum, const STORED *restrict dy, REAL scale, bool first,
                                    int64_t channels) {
  if (first) {
    for (int64_t c = 0; c < channels; c++) sum[c] = STORE(LOAD(dy[c]) * scale);
  } else {
    for (int64_t c = 0; c < channels; c++) sum[c] = STORE(LOAD(sum[c]) + LOAD(dy[c]) * scale);
  }
}

// Rows are those of the input: [batch, in[0], in[1]]. With maxima the gradient of the maximum, else of the mean.
CK_CLONES static void F(pool_backward)(void *context, int64_t begin, int64_t end) {
  const F(pool) *work = context;
  const ck_pooling *pooling = work->pooling;
  const int64_t *in = pooling->in, *out = pooling->out;
  const cover *cover = work->cover;
  int64_t channels = pooling->channels;
  for (int64_t row = begin; row < end; row++) {
    int64_t at0 = row / in[1] % in[0], at1 = row % in[1], image = row / in[1] / in[0];
    for (int64_t at2 = 0; at2 < in[2]; at2++) {
      STORED *dx = work->to + (row * in[2] + at2) * channels;
      int32_t position = (int32_t)((at0 * in[1] + at1) * in[2] + at2);
      bool first = true;
      for (int64_t i0 = cover[0].begin[at0]; i0 < cover[0].begin[at0 + 1]; i0++) {
        int64_t out0 = cover[0].outputs[i0];
        for (int64_t i1 = cover[1].begin[at1]; i1 < cover[1].begin[at1 + 1]; i1++) {
          int64_t out1 = cover[1].outputs[i1];
          for (int64_t i2 = cover[2].begin[at2]; i2 < cover[2].begin[at2 + 1]; i2++, first = false) {
            int64_t out2 = cover[2].outputs[i2];
            int64_t window = (((image * out[0] + out0) * out[1] + out1) * out[2] + out2) * channels;
            if (work->maxima) {
              F(add_where)(dx, work->from + window, work->maxima + window, position, first, channels);
            } else {
              REAL size = (REAL)(cover[0].sizes[out0] * cover[1].sizes[out1] * cover[2].sizes[out2]);
              F(add_scaled)(dx, work->from + window, 1 / size, first, channels);
            }
          }
        }
      }
      if (first) memset(dx, 0, (size_t)channels * sizeof(STORED));
    }
  }
}

static void F(run_backward)(const ck_pooling *pooling, const STORED *dy, const int32_t *maxima, STORED *dx) {
  F(pool) work = {.pooling = pooling, .from = dy, .to = dx, .maxima = maxima};
  for (int axis = 0; axis < 3; axis++) work.cover[axis] = make_cover(pooling, axis);
  ck_parallel(pooling->batch * pooling->in[0] * pooling->in[1], grain(pooling->in[2] * pooling->channels), &work,
              F(pool_backward));
  for (int axis = 0; axis < 3; axis++) release_cover(work.cover[axis]);
}

static void F(max_pool_backward)(const ck_pooling *pooling, const STORED *dy, const int32_t *index, STORED *dx) {
  F(run_backward)(pooling, dy, index, dx);
}
