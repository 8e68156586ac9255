#define BINARY(name, value)                            \
  case ck_binary_##name:                               \
    VECTORISED for (int64_t i = 0; i < count; i++) {   \
      const REAL u = a[i], v = b[i];                   \
      y[i] = value;                                    \
    }                                                  \
    break;

static CK_CLONES void F(binary_block)(int op, int64_t count, const void *const *x, void *result) {
  const REAL *a = x[0], *b = x[1];
  REAL *y = result;
  switch ((ck_binary)op) {
    BINARY(add, u + v)
    BINARY(subtract, u - v)
    BINARY(multiply, u * v)
    BINARY(divide, u / v)
    BINARY(pow, F(pow)(u, v))
    BINARY(minimum, u < v || u != u ? u : v)
    BINARY(maximum, u > v || u != u ? u : v)
    BINARY(atan2, F(atan2)(u, v))
    BINARY(remainder, F(remainder)(u, v))
  }
}

#undef BINARY

static void F(binary)(
    ck_binary op, int rank, const int64_t *sizes, const REAL *a, const int64_t *a_strides,
    const REAL *b, const int64_t *b_strides, REAL *y) {
  operand operands[] = {{a, sizeof(REAL), a_strides}, {b, sizeof(REAL), b_strides}};
  int64_t grain = op == ck_binary_pow || op == ck_binary_atan2 || op == ck_binary_remainder ? heavy_grain : light_grain;
  run_blocks(F(binary_block), op, rank, sizes, 2, operands, y, sizeof(REAL), grain);
}
