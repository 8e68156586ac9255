typedef struct {
  int64_t height, width;
  REAL inverse_square;
  const REAL *flow, *back;
  REAL *agreement;
} F(flow_work);

CK_CLONES static void F(flow_agreement_rows)(void *context, int64_t begin, int64_t end) {
  const F(flow_work) *work = context;
  int64_t height = work->height, width = work->width;
  for (int64_t row = begin; row < end; row++) {
    const REAL *flow = work->flow + 2 * row * width, *back = work->back + 2 * (row / height) * height * width;
    for (int64_t i = 0; i < width; i++) {
      REAL x = R(i) + flow[2 * i], y = R(row % height) + flow[2 * i + 1], agreement = 0;
      if (x >= 0 && x <= R(width - 1) && y >= 0 && y <= R(height - 1)) {
        int64_t left = (int64_t)x, top = (int64_t)y;
        int64_t right = left + 1 < width ? left + 1 : left, bottom = top + 1 < height ? top + 1 : top;
        REAL across = x - R(left), down = y - R(top), square = 0;
        for (int64_t axis = 0; axis < 2; axis++) {
          const REAL *field = back + axis;
          REAL upper = (1 - across) * field[2 * (top * width + left)] +
                       across * field[2 * (top * width + right)];
          REAL lower = (1 - across) * field[2 * (bottom * width + left)] +
                       across * field[2 * (bottom * width + right)];
          REAL rest = flow[2 * i + axis] + (1 - down) * upper + down * lower;
          square += rest * rest;
        }
        agreement = 1 / (1 + square * work->inverse_square);
      }
      work->agreement[row * width + i] = agreement;
    }
  }
}

static void F(flow_agreement)(
    int64_t frames, int64_t height, int64_t width, double tolerance, const REAL *flow, const REAL *back,
    REAL *agreement) {
  F(flow_work) work = {height, width, R(1 / (tolerance * tolerance)), flow, back, agreement};
  ck_parallel(frames * height, 16, &work, F(flow_agreement_rows));
}
