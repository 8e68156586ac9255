typedef struct {
  int64_t count;
  const REAL *logits, *truth;
  REAL weight, scale;
  double *sums;
  REAL *gradient;
} F(cross_entropy_work);

// With e = e^-|x|, both tails are exact: log(1 + e^x) = max(x, 0) + log(1 + e).
INLINE void F(cross_entropies)(
    int64_t count, const REAL *restrict logits, const REAL *restrict truth, REAL weight, int selects,
    REAL *restrict values) {
  for (int64_t i = 0; i < count; i++) {
    REAL x = logits[i], negative = 1 - truth[i], positive = weight * truth[i];
    REAL tail = F(log1p_of_unit)(F(exp)(-F(fabs)(x)));
    REAL rising = negative * ((x > 0 ? x : 0) + tail), falling = positive * ((x < 0 ? -x : 0) + tail);
    if (selects) {
      rising = negative == 0 ? 0 : rising;
      falling = positive == 0 ? 0 : falling;
    }
    values[i] = rising + falling;
  }
}

static CK_CLONES double F(cross_entropy_chunk)(
    int64_t count, const REAL *restrict logits, const REAL *restrict truth, REAL weight) {
  REAL values[loss_chunk];
  double sum = NAN;
  // What has no weight counts for nothing, even where it is infinite: a second time, where a sum has come to NaN by it.
  for (int selects = 0; selects < 2 && sum != sum; selects++) {
    if (selects) F(cross_entropies)(count, logits, truth, weight, 1, values);
    else F(cross_entropies)(count, logits, truth, weight, 0, values);
    double lanes[loss_lanes] = {0};
    int64_t whole = count / loss_lanes * loss_lanes;
    for (int64_t i = 0; i < whole; i += loss_lanes) {
      for (int lane = 0; lane < loss_lanes; lane++) lanes[lane] += (double)values[i + lane];
    }
    for (int64_t i = whole; i < count; i++) lanes[i - whole] += (double)values[i];
    sum = 0;
    for (int lane = 0; lane < loss_lanes; lane++) sum += lanes[lane];
  }
  return sum;
}

static void F(cross_entropy_body)(void *context, int64_t begin, int64_t end) {
  const F(cross_entropy_work) *w = context;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t first = chunk * loss_chunk, left = w->count - first;
    w->sums[chunk] = F(cross_entropy_chunk)(
        left < loss_chunk ? left : loss_chunk, w->logits + first, w->truth + first, w->weight);
  }
}

static void F(binary_cross_entropy)(
    int64_t count, const REAL *logits, const REAL *truth, double positive_weight, double *loss) {
  int64_t chunks = (count + loss_chunk - 1) / loss_chunk;
  size_t bytes = (size_t)(chunks + 1) * sizeof(double);
  F(cross_entropy_work) work = {
      .count = count, .logits = logits, .truth = truth, .weight = (REAL)positive_weight,
      .sums = ck_allocate(bytes)};
  ck_parallel(chunks, loss_grain / loss_chunk, &work, F(cross_entropy_body));
  *loss = 0;
  for (int64_t chunk = 0; chunk < chunks; chunk++) *loss += work.sums[chunk];
  ck_deallocate(work.sums, bytes);
}

static CK_CLONES void F(cross_entropy_gradient_body)(void *context, int64_t begin, int64_t end) {
  const F(cross_entropy_work) w = *(const F(cross_entropy_work) *)context;
  const REAL *restrict logits = w.logits, *restrict truth = w.truth;
  REAL *restrict gradient = w.gradient;
  for (int64_t i = begin; i < end; i++) {
    REAL x = logits[i], e = F(exp)(-F(fabs)(x)), larger = 1 / (1 + e), smaller = e * larger;
    REAL rising = x > 0 ? larger : smaller, falling = x > 0 ? smaller : larger;
    gradient[i] = ((1 - truth[i]) * rising - w.weight * truth[i] * falling) * w.scale;
  }
}

static void F(binary_cross_entropy_gradient)(
    int64_t count, const REAL *logits, const REAL *truth, double positive_weight, double scale,
    REAL *gradient) {
  F(cross_entropy_work) work = {
      .count = count, .logits = logits, .truth = truth, .weight = (REAL)positive_weight,
      .scale = (REAL)scale, .gradient = gradient};
  ck_parallel(count, loss_grain, &work, F(cross_entropy_gradient_body));
}
