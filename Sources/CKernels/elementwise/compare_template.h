#define COMPARISON(name, operator)                     \
  case ck_comparison_##name:                           \
    VECTORISED for (int64_t i = 0; i < count; i++) {   \
      y[i] = a[i] operator b[i];                       \
    }                                                  \
    break;

static CK_CLONES void F(compare_block)(int op, int64_t count, const void *const *x, void *result) {
  const REAL *a = x[0], *b = x[1];
  uint8_t *y = result;
  switch ((ck_comparison)op) {
    COMPARISON(equal, ==)
    COMPARISON(not_equal, !=)
    COMPARISON(less, <)
    COMPARISON(less_equal, <=)
    COMPARISON(greater, >)
    COMPARISON(greater_equal, >=)
  }
}

#undef COMPARISON

static void F(compare)(
    ck_comparison op, int rank, const int64_t *sizes, const REAL *a, const int64_t *a_strides,
    const REAL *b, const int64_t *b_strides, uint8_t *y) {
  operand operands[] = {{a, sizeof(REAL), a_strides}, {b, sizeof(REAL), b_strides}};
  run_blocks(F(compare_block), op, rank, sizes, 2, operands, y, 1, light_grain);
}
