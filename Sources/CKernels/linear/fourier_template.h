// A block holds `fourier_lanes` transforms: [n, lanes] real parts, then as many imaginary ones.

typedef struct {
  REAL re, im;
} F(complex);

typedef struct {
  int64_t n, padded;  // padded: the length of Bluestein's convolution, 0 where n has small factors only
  int count, radices[fourier_stages];
  F(complex) *roots;  // e^(-2 pi i k / length), of the length that is factorised
  F(complex) *chirp;  // [n] e^(-pi i j^2 / n)
  REAL *filter;       // [2, padded] the transform of the conjugated chirp, / padded
  bool inverse;
} F(fourier_plan);

static void F(fill_roots)(int64_t n, F(complex) *roots) {
  for (int64_t k = 0; k < n; k++) {
    double angle = -2 * M_PI * (double)k / (double)n;
    roots[k] = (F(complex)){(REAL)cos(angle), (REAL)sin(angle)};
  }
}

// One stage of radix r on transforms of length n = r m, s of them interleaved: decimation in frequency.
static CK_CLONES void F(fourier_stage)(
    int radix, int64_t m, int64_t s, int64_t total, const F(complex) *roots, const REAL *x, const REAL *xi, REAL *y,
    REAL *yi) {
  int64_t width = s * fourier_lanes, step = m * width, stride = total / (m * radix);
  for (int64_t p = 0; p < m; p++) {
    const REAL *a = x + p * width, *ai = xi + p * width;
    REAL *b = y + p * radix * width, *bi = yi + p * radix * width;
    if (radix == 2) {
      F(complex) w = roots[p * stride];
      VECTORISED for (int64_t q = 0; q < width; q++) {
        REAL d = a[q] - a[q + step], di = ai[q] - ai[q + step];
        b[q] = a[q] + a[q + step];
        bi[q] = ai[q] + ai[q + step];
        b[q + width] = d * w.re - di * w.im;
        bi[q + width] = d * w.im + di * w.re;
      }
    } else if (radix == 4) {
      F(complex) w = roots[p * stride], w2 = roots[2 * p * stride], w3 = roots[3 * p * stride];
      VECTORISED for (int64_t q = 0; q < width; q++) {
        REAL e = a[q] + a[q + 2 * step], ei = ai[q] + ai[q + 2 * step];
        REAL f = a[q] - a[q + 2 * step], fi = ai[q] - ai[q + 2 * step];
        REAL g = a[q + step] + a[q + 3 * step], gi = ai[q + step] + ai[q + 3 * step];
        REAL h = a[q + step] - a[q + 3 * step], hi = ai[q + step] - ai[q + 3 * step];
        REAL u = f + hi, ui = fi - h, v = e - g, vi = ei - gi, t = f - hi, ti = fi + h;
        b[q] = e + g;
        bi[q] = ei + gi;
        b[q + width] = u * w.re - ui * w.im;
        bi[q + width] = u * w.im + ui * w.re;
        b[q + 2 * width] = v * w2.re - vi * w2.im;
        bi[q + 2 * width] = v * w2.im + vi * w2.re;
        b[q + 3 * width] = t * w3.re - ti * w3.im;
        bi[q + 3 * width] = t * w3.im + ti * w3.re;
      }
    } else {
      for (int64_t j = 0; j < radix; j++) {
        F(complex) w = roots[j * p * stride];
        REAL *c = b + j * width, *ci = bi + j * width;
        memset(c, 0, (size_t)width * sizeof(REAL));
        memset(ci, 0, (size_t)width * sizeof(REAL));
        for (int64_t i = 0; i < radix; i++) {
          F(complex) root = roots[i * j % radix * (total / radix)];
          REAL re = root.re * w.re - root.im * w.im, im = root.re * w.im + root.im * w.re;
          const REAL *d = a + i * step, *di = ai + i * step;
          VECTORISED for (int64_t q = 0; q < width; q++) {
            c[q] += d[q] * re - di[q] * im;
            ci[q] += d[q] * im + di[q] * re;
          }
        }
      }
    }
  }
}

// Transforms a block of length n; `spare` is as large. Returns where the result lies.
static REAL *F(fourier_block)(
    const F(fourier_plan) *plan, int64_t n, REAL *block, REAL *spare) {
  int64_t half = n * fourier_lanes, m = n, s = 1;
  for (int stage = 0; stage < plan->count; stage++) {
    int radix = plan->radices[stage];
    m /= radix;
    F(fourier_stage)(radix, m, s, n, plan->roots, block, block + half, spare, spare + half);
    s *= radix;
    REAL *result = spare;
    spare = block;
    block = result;
  }
  return block;
}

// out = x · c over a block, conjugated where asked for; c holds one number a position.
static CK_CLONES void F(fourier_product)(
    int64_t n, const REAL *c, const REAL *ci, int64_t c_stride, bool conjugated, REAL *x, REAL *xi) {
  REAL sign = conjugated ? -1 : 1;
  for (int64_t k = 0; k < n; k++) {
    REAL re = c[k * c_stride], im = ci[k * c_stride];
    REAL *a = x + k * fourier_lanes, *ai = xi + k * fourier_lanes;
    for (int64_t q = 0; q < fourier_lanes; q++) {
      REAL u = a[q] * re - ai[q] * im, v = a[q] * im + ai[q] * re;
      a[q] = u;
      ai[q] = sign * v;
    }
  }
}

// Bluestein: a transform as a convolution with a chirp, found by transforms of a padded length. The block has that length.
static REAL *F(bluestein_block)(const F(fourier_plan) *plan, REAL *block, REAL *spare) {
  int64_t n = plan->n, padded = plan->padded, half = padded * fourier_lanes;
  const REAL *chirp = &plan->chirp->re, *chirp_im = &plan->chirp->im;
  F(fourier_product)(n, chirp, chirp_im, 2, false, block, block + half);
  size_t rest = (size_t)((padded - n) * fourier_lanes) * sizeof(REAL);
  memset(block + n * fourier_lanes, 0, rest);
  memset(block + half + n * fourier_lanes, 0, rest);
  REAL *found = F(fourier_block)(plan, padded, block, spare);
  REAL *other = found == block ? spare : block;
  // The inverse transform is the conjugate of the transform of the conjugate.
  F(fourier_product)(padded, plan->filter, plan->filter + padded, 1, true, found, found + half);
  REAL *result = F(fourier_block)(plan, padded, found, other);
  for (int64_t i = 0; i < n * fourier_lanes; i++) result[half + i] = -result[half + i];
  F(fourier_product)(n, chirp, chirp_im, 2, false, result, result + half);
  return result;
}

typedef struct {
  const F(fourier_plan) *plan;
  int64_t inner, total;
  REAL scale;
  const REAL *x;
  REAL *y;
} F(fourier_work);

static void F(fourier_body)(void *context, int64_t begin, int64_t end) {
  const F(fourier_work) *w = context;
  const F(fourier_plan) *plan = w->plan;
  int64_t n = plan->n, length = plan->padded > 0 ? plan->padded : n, half = length * fourier_lanes;
  size_t bytes = (size_t)(4 * half) * sizeof(REAL);
  REAL *block = ck_allocate(bytes), sign = plan->inverse ? -1 : 1;
  for (int64_t piece = begin; piece < end; piece++) {
    int64_t first = piece * fourier_lanes;
    int64_t lanes = w->total - first < fourier_lanes ? w->total - first : fourier_lanes;
    int64_t places[fourier_lanes];
    for (int64_t q = 0; q < lanes; q++) {
      places[q] = 2 * ((first + q) / w->inner * n * w->inner + (first + q) % w->inner);
    }
    if (lanes < fourier_lanes) memset(block, 0, (size_t)(2 * half) * sizeof(REAL));
    // An inverse transform is that of the conjugate, conjugated.
    for (int64_t k = 0; k < n; k++) {
      REAL *re = block + k * fourier_lanes, *im = re + half;
      const REAL *x = w->x + 2 * k * w->inner;
      for (int64_t q = 0; q < lanes; q++) {
        re[q] = x[places[q]];
        im[q] = sign * x[places[q] + 1];
      }
    }
    const REAL *found = plan->padded > 0 ? F(bluestein_block)(plan, block, block + 2 * half)
                                         : F(fourier_block)(plan, n, block, block + 2 * half);
    for (int64_t k = 0; k < n; k++) {
      const REAL *re = found + k * fourier_lanes, *im = re + half;
      REAL *y = w->y + 2 * k * w->inner;
      for (int64_t q = 0; q < lanes; q++) {
        y[places[q]] = w->scale * re[q];
        y[places[q] + 1] = w->scale * sign * im[q];
      }
    }
  }
  ck_deallocate(block, bytes);
}

static void F(prepare_bluestein)(F(fourier_plan) *plan) {
  int64_t n = plan->n, padded = plan->padded;
  for (int64_t j = 0; j < n; j++) {
    // j² is taken modulo the period 2 n, so that the angle keeps its digits.
    double angle = -M_PI * (double)(int64_t)((unsigned __int128)j * (uint64_t)j % (uint64_t)(2 * n)) / (double)n;
    plan->chirp[j] = (F(complex)){(REAL)cos(angle), (REAL)sin(angle)};
  }
  int64_t half = padded * fourier_lanes;
  size_t bytes = (size_t)(4 * half) * sizeof(REAL);
  REAL *block = ck_allocate(bytes);
  memset(block, 0, bytes);
  for (int64_t j = 0; j < n; j++) {
    int64_t mirrored = j == 0 ? 0 : padded - j;
    block[j * fourier_lanes] = block[mirrored * fourier_lanes] = plan->chirp[j].re;
    block[half + j * fourier_lanes] = block[half + mirrored * fourier_lanes] = -plan->chirp[j].im;
  }
  const REAL *found = F(fourier_block)(plan, padded, block, block + 2 * half);
  for (int64_t k = 0; k < padded; k++) {
    plan->filter[k] = found[k * fourier_lanes] / (REAL)padded;
    plan->filter[padded + k] = found[half + k * fourier_lanes] / (REAL)padded;
  }
  ck_deallocate(block, bytes);
}

static void F(fourier)(
    int64_t outer, int64_t n, int64_t inner, bool inverse, double scale, const REAL *x, REAL *y) {
  if (outer == 0 || n == 0 || inner == 0) return;
  F(fourier_plan) plan = {.n = n, .inverse = inverse};
  plan.count = radices_of(n, plan.radices);
  if (plan.count == 0 && n > 1) {
    for (plan.padded = 1; plan.padded < 2 * n - 1; plan.padded *= 2) continue;
    plan.count = radices_of(plan.padded, plan.radices);
  }
  int64_t length = plan.padded > 0 ? plan.padded : n;
  size_t root_bytes = (size_t)length * sizeof(F(complex));
  size_t chirp_bytes = (size_t)n * sizeof(F(complex)), filter_bytes = (size_t)(2 * plan.padded) * sizeof(REAL);
  plan.roots = ck_allocate(root_bytes);
  F(fill_roots)(length, plan.roots);
  if (plan.padded > 0) {
    plan.chirp = ck_allocate(chirp_bytes);
    plan.filter = ck_allocate(filter_bytes);
    F(prepare_bluestein)(&plan);
  }
  F(fourier_work) work = {&plan, inner, outer * inner, (REAL)scale, x, y};
  int64_t pieces = (work.total + fourier_lanes - 1) / fourier_lanes;
  ck_parallel(pieces, 20000 / (length * fourier_lanes) + 1, &work, F(fourier_body));
  ck_deallocate(plan.roots, root_bytes);
  if (plan.padded > 0) {
    ck_deallocate(plan.chirp, chirp_bytes);
    ck_deallocate(plan.filter, filter_bytes);
  }
}
