enum { F(chunk_length) = words_per_chunk / F(words) };

typedef struct {
  generator generator;
  int64_t count;
  REAL a, b, *y;
} F(random_work);

static CK_CLONES void F(uniform_chunk)(const F(random_work) *w, int64_t chunk, REAL *y) {
  uint32_t words[words_per_chunk];
  chunk_words(w->generator, chunk, words);
  const REAL low = w->a, high = w->b, last = LIBM(nextafter)(high, low);
  for (int i = 0; i < F(chunk_length); i++) {
    REAL value = low + (high - low) * F(unit)(words, i);
    y[i] = value < high ? value : last;
  }
}

// Box and Muller: two normal numbers from two uniform ones, the first of them in (0, 1].
static CK_CLONES void F(normal_chunk)(const F(random_work) *w, int64_t chunk, REAL *y) {
  uint32_t words[words_per_chunk];
  chunk_words(w->generator, chunk, words);
  const int half = F(chunk_length) / 2;
  for (int i = 0; i < half; i++) {
    REAL radius = F(sqrt)(-2 * F(log)(1 - F(unit)(words, i)));
    REAL angle = R(6.283185307179586) * F(unit)(words, half + i);
    y[i] = w->a + w->b * (radius * F(cos)(angle));
    y[half + i] = w->a + w->b * (radius * F(sin)(angle));
  }
}

static CK_CLONES void F(bernoulli_chunk)(const F(random_work) *w, int64_t chunk, REAL *y) {
  uint32_t words[words_per_chunk];
  chunk_words(w->generator, chunk, words);
  for (int i = 0; i < F(chunk_length); i++) y[i] = F(unit)(words, i) < w->a ? 1 : 0;
}

typedef struct {
  F(random_work) work;
  void (*chunk)(const F(random_work) *, int64_t, REAL *);
} F(random_job);

static void F(random_range)(void *context, int64_t begin, int64_t end) {
  const F(random_job) *job = context;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    REAL buffer[F(chunk_length)], *y = job->work.y + chunk * F(chunk_length);
    int64_t left = job->work.count - chunk * F(chunk_length);
    if (left >= F(chunk_length)) {
      job->chunk(&job->work, chunk, y);
    } else {
      job->chunk(&job->work, chunk, buffer);
      memcpy(y, buffer, (size_t)left * sizeof(REAL));
    }
  }
}

static void F(run_random)(F(random_job) job) {
  int64_t chunks = (job.work.count + F(chunk_length) - 1) / F(chunk_length);
  ck_parallel(chunks, random_grain / F(chunk_length), &job, F(random_range));
}

static void F(random_uniform)(
    uint64_t seed, uint64_t stream, int64_t count, double low, double high, REAL *y) {
  F(run_random)((F(random_job)){
    {{seed, stream}, count, (REAL)low, (REAL)high, y}, F(uniform_chunk)});
}

static void F(random_normal)(
    uint64_t seed, uint64_t stream, int64_t count, double mean, double deviation, REAL *y) {
  F(run_random)((F(random_job)){
    {{seed, stream}, count, (REAL)mean, (REAL)deviation, y}, F(normal_chunk)});
}

static void F(random_bernoulli)(
    uint64_t seed, uint64_t stream, int64_t count, double probability, REAL *y) {
  F(run_random)((F(random_job)){
    {{seed, stream}, count, (REAL)probability, 0, y}, F(bernoulli_chunk)});
}
