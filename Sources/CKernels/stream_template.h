// Passes over memory that do next to nothing per element.

typedef struct {
  const REAL *x;
  REAL scale, shift, *y;
  uint8_t *flags;
} F(stream_work);

#define STREAM(name, statement)                                                       \
  static CK_CLONES void F(name##_range)(void *context, int64_t begin, int64_t end) {  \
    const F(stream_work) w = *(const F(stream_work) *)context;                        \
    VECTORISED for (int64_t i = begin; i < end; i++) {                                \
      statement;                                                                      \
    }                                                                                 \
  }

STREAM(accumulate, w.y[i] += w.x[i])
STREAM(fill, w.y[i] = w.shift)
STREAM(affine, w.y[i] = w.scale * w.x[i] + w.shift)
STREAM(is_nan, w.flags[i] = w.x[i] != w.x[i])
STREAM(is_finite, w.flags[i] = w.x[i] - w.x[i] == 0)

#undef STREAM

static void F(stream)(int64_t count, F(stream_work) w, ck_body body) {
  ck_parallel(count, 32768, &w, body);
}

void F(ck_accumulate)(int64_t count, REAL *y, const REAL *x) {
  F(stream)(count, (F(stream_work)){.x = x, .y = y}, F(accumulate_range));
}

void F(ck_fill)(int64_t count, double value, REAL *y) {
  F(stream)(count, (F(stream_work)){.shift = (REAL)value, .y = y}, F(fill_range));
}

void F(ck_affine)(int64_t count, const REAL *x, double scale, double shift, REAL *y) {
  F(stream)(
      count, (F(stream_work)){.x = x, .scale = (REAL)scale, .shift = (REAL)shift, .y = y},
      F(affine_range));
}

void F(ck_is_nan)(int64_t count, const REAL *x, uint8_t *y) {
  F(stream)(count, (F(stream_work)){.x = x, .flags = y}, F(is_nan_range));
}

void F(ck_is_finite)(int64_t count, const REAL *x, uint8_t *y) {
  F(stream)(count, (F(stream_work)){.x = x, .flags = y}, F(is_finite_range));
}
