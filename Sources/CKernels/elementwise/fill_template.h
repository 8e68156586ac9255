// A pass over memory that does next to nothing per element.

typedef struct {
  REAL value, *y;
} F(fill_work);

static CK_CLONES void F(fill_range)(void *context, int64_t begin, int64_t end) {
  const F(fill_work) w = *(const F(fill_work) *)context;
  VECTORISED for (int64_t i = begin; i < end; i++) w.y[i] = w.value;
}

static void F(fill)(int64_t count, double value, REAL *y) {
  F(fill_work) w = {(REAL)value, y};
  ck_parallel(count, 32768, &w, F(fill_range));
}
