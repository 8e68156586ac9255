// Group norm at single positions (layer norm over the last axis): each group is one run of neighbours.

// Mean and inverse deviation of a run, the mean corrected by the sum of the deviations from it.
INLINE void F(run_moments)(
    int64_t size, const REAL *x, double epsilon, REAL *mean, REAL *inverse_deviation) {
#pragma clang fp reassociate(on)
  REAL total = 0, deviation = 0, square = 0;
  for (int64_t i = 0; i < size; i++) total += x[i];
  REAL center = total / (REAL)size;
  for (int64_t i = 0; i < size; i++) {
    REAL difference = x[i] - center;
    deviation += difference;
    square += difference * difference;
  }
  double correction = (double)deviation / (double)size;
  double variance = (double)square / (double)size - correction * correction;
  *mean = (REAL)((double)center + correction);
  *inverse_deviation = (REAL)(1 / sqrt(variance + epsilon));
}

CK_CLONES static void F(layer_body)(void *opaque, int64_t begin, int64_t end) {
  const F(group_context) *work = opaque;
  int64_t groups = work->groups, size = work->channels / groups;
  for (int64_t run = begin * groups; run < end * groups; run++) {
    const REAL *x = work->x + run * size;
    const REAL *weight = work->weight ? work->weight + run % groups * size : NULL;
    const REAL *bias = work->bias ? work->bias + run % groups * size : NULL;
    REAL *y = work->result + run * size;
    F(run_moments)(size, x, work->epsilon, work->mean + run, work->inverse_deviation + run);
    REAL mean = work->mean[run], inverse = work->inverse_deviation[run];
    VECTORISED for (int64_t i = 0; i < size; i++)
      y[i] = (x[i] - mean) * inverse * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
  }
}

// One run's dx, and its part of the sums for dbias and dweight.
INLINE void F(run_gradient)(
    int64_t size, const REAL *x, const REAL *dy, const REAL *weight, REAL mean, REAL inverse,
    REAL *dx, double *bias_sum, double *weight_sum) {
#pragma clang fp reassociate(on)
  REAL sum = 0, product = 0;
  for (int64_t i = 0; i < size; i++) {
    REAL g = weight ? weight[i] * dy[i] : dy[i];
    sum += g;
    product += g * (x[i] - mean);
  }
  VECTORISED for (int64_t i = 0; i < size; i++) {
    bias_sum[i] += (double)dy[i];
    weight_sum[i] += (double)(dy[i] * ((x[i] - mean) * inverse));
  }
  if (!dx) return;
  REAL offset = -inverse * sum / (REAL)size;
  REAL slope = -inverse * inverse * inverse * product / (REAL)size;
  VECTORISED for (int64_t i = 0; i < size; i++)
    dx[i] = inverse * (weight ? weight[i] * dy[i] : dy[i]) + (slope * (x[i] - mean) + offset);
}

CK_CLONES static void F(layer_gradient_body)(void *opaque, int64_t begin, int64_t end) {
  const F(group_context) *work = opaque;
  int64_t channels = work->channels, groups = work->groups, size = channels / groups;
  for (int64_t part = begin; part < end; part++) {
    double *bias_sum = work->partial + part * 2 * channels, *weight_sum = bias_sum + channels;
    memset(bias_sum, 0, (size_t)(2 * channels) * sizeof(double));
    int64_t last = (part + 1) * work->samples;
    if (last > work->batch) last = work->batch;
    for (int64_t run = part * work->samples * groups; run < last * groups; run++) {
      int64_t first = run % groups * size;
      F(run_gradient)(
          size, work->x + run * size, work->dy + run * size,
          work->weight ? work->weight + first : NULL, work->mean[run],
          work->inverse_deviation[run], work->result ? work->result + run * size : NULL,
          bias_sum + first, weight_sum + first);
    }
  }
}
