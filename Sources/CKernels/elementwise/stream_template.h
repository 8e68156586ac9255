// Passes over memory that do next to nothing per element.

typedef struct {
  const REAL *x;
  REAL value, *y;
} F(stream_work);

#define STREAM(name, statement)                                                       \
  static CK_CLONES void F(name##_range)(void *context, int64_t begin, int64_t end) {  \
    const F(stream_work) w = *(const F(stream_work) *)context;                        \
    VECTORISED for (int64_t i = begin; i < end; i++) {                                \
      statement;                                                                      \
    }                                                                                 \
  }

STREAM(accumulate, w.y[i] += w.x[i])
STREAM(fill, w.y[i] = w.value)

#undef STREAM

static void F(stream)(int64_t count, F(stream_work) w, ck_body body) {
  ck_parallel(count, 32768, &w, body);
}

void F(ck_accumulate)(int64_t count, REAL *y, const REAL *x) {
  F(stream)(count, (F(stream_work)){.x = x, .y = y}, F(accumulate_range));
}

void F(ck_fill)(int64_t count, double value, REAL *y) {
  F(stream)(count, (F(stream_work)){.value = (REAL)value, .y = y}, F(fill_range));
}
