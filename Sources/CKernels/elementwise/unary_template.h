INLINE REAL F(sign)(REAL x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

INLINE REAL F(softplus)(REAL x) { return (x > 0 ? x : 0) + F(log1p_of_unit)(F(exp)(-F(fabs)(x))); }

// log(1 + e^(p x)) / p.
INLINE REAL F(softplus_of)(REAL x, REAL p) {
  return (x > 0 ? x : 0) + F(log1p_of_unit)(F(exp)(-F(fabs)(p * x))) / p;
}

INLINE REAL F(gelu)(REAL x) {
  REAL density;
  return x * F(normal_integral)(x, &density);
}

INLINE REAL F(gelu_slope)(REAL x) {
  REAL density, integral = F(normal_integral)(x, &density);
  return integral + x * density;
}

// x (1 + tanh u) / 2 = x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3).
INLINE REAL F(gelu_tanh)(REAL x) {
  return x * F(sigmoid)(x * (R(1.5957691216057308) + R(1.5957691216057308 * 0.044715) * x * x));
}

INLINE REAL F(gelu_tanh_slope)(REAL x) {
  REAL s = F(sigmoid)(x * (R(1.5957691216057308) + R(1.5957691216057308 * 0.044715) * x * x));
  return s + s * (1 - s) * x * (R(1.5957691216057308) + R(1.5957691216057308 * 3 * 0.044715) * x * x);
}

INLINE REAL F(silu_slope)(REAL x) {
  REAL s = F(sigmoid)(x);
  return s * (1 + x * (1 - s));
}

// tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2); at 40 it is 1 to the last bit.
INLINE REAL F(mish)(REAL x) {
  REAL e = F(exp)(x > 40 ? 40 : x), n = e * (e + 2);
  return x * (n / (n + 2));
}

INLINE REAL F(mish_slope)(REAL x) {
  REAL u = x > 40 ? 40 : x, e = F(exp)(u), n = e * (e + 2), d = n + 2;
  return n / d + u * (e / (1 + e)) * (4 * (n + 1) / d / d);
}

INLINE REAL F(ramp)(REAL x) {
  REAL y = x + 3;
  return (y < 0 ? 0 : y > 6 ? 6 : y) / 6;
}

INLINE REAL F(power_slope)(REAL x, REAL p) { return p == 0 ? 0 : p * F(pow)(x, p - 1); }

#define UNARY(name, grain, reads, value, gradient)     \
  case ck_unary_##name:                                \
    VECTORISED for (int64_t i = 0; i < count; i++) {   \
      const REAL x = inputs[i];                        \
      y[i] = value;                                    \
    }                                                  \
    break;

static CK_CLONES void F(unary_block)(
    ck_unary op, int64_t count, const REAL *inputs, REAL p, REAL q, REAL *y) {
  switch (op) {
#include "unary_table.h"
  }
}

#undef UNARY
#define UNARY(name, grain, reads, value, gradient)     \
  case ck_unary_##name:                                \
    VECTORISED for (int64_t i = 0; i < count; i++) {   \
      READ_##reads;                                    \
      dx[i] = gradient;                                \
    }                                                  \
    break;
#define READ_NEITHER const REAL g = dy[i]
#define READ_INPUT const REAL x = inputs[i], g = dy[i]
#define READ_OUTPUT const REAL y = outputs[i], g = dy[i]

static CK_CLONES void F(unary_gradient_block)(
    ck_unary op, int64_t count, const REAL *inputs, const REAL *outputs, const REAL *dy, REAL p,
    REAL q, REAL *dx) {
  switch (op) {
#include "unary_table.h"
  }
}

#undef UNARY

typedef struct {
  ck_unary op;
  const REAL *x, *y, *dy;
  REAL p, q, *result;
} F(unary_work);

#define AT(pointer) (pointer ? pointer + begin : pointer)

static CK_CLONES int F(has_large)(int64_t count, const REAL *x) {
  int large = 0;
  for (int64_t i = 0; i < count; i++) large |= F(fabs)(x[i]) > (REAL)trigonometric_limit;
  return large;
}

static void F(unary_range)(void *context, int64_t first, int64_t last) {
  const F(unary_work) *w = context;
  int periodic = w->op == ck_unary_sin || w->op == ck_unary_cos;
  for (int64_t begin = first; begin < last; begin += unary_block_length) {
    int64_t count = last - begin < unary_block_length ? last - begin : unary_block_length;
    REAL *result = w->result + begin;
    if (periodic && F(has_large)(count, w->x + begin)) {
      int cosine = (w->op == ck_unary_cos) != (w->dy != 0);
      for (int64_t i = begin; i < begin + count; i++) {
        REAL value = (REAL)(cosine ? cos(w->x[i]) : sin(w->x[i]));
        if (w->dy) value *= w->op == ck_unary_cos ? -w->dy[i] : w->dy[i];
        w->result[i] = value;
      }
    } else if (w->dy) {
      F(unary_gradient_block)(
          w->op, count, AT(w->x), AT(w->y), w->dy + begin, w->p, w->q, result);
    } else {
      F(unary_block)(w->op, count, w->x + begin, w->p, w->q, result);
    }
  }
}

#undef AT

static void F(unary)(ck_unary op, int64_t count, const REAL *x, double p, double q, REAL *y) {
  if (op == ck_unary_pow && p == 2) op = ck_unary_squared;
  if (op == ck_unary_pow && p == 0.5) op = ck_unary_sqrt;
  if (op == ck_unary_divide_by_scalar && is_power_of_two(p)) {
    op = ck_unary_multiply_scalar;
    p = 1 / p;
  }
  F(unary_work) w = {op, x, 0, 0, (REAL)p, (REAL)q, y};
  ck_parallel(count, functions[op].grain, &w, F(unary_range));
}

static void F(unary_gradient)(
    ck_unary op, int64_t count, const REAL *x, const REAL *y, const REAL *dy, double p, double q,
    REAL *dx) {
  if (op == ck_unary_pow && p == 2) op = ck_unary_squared;
  F(unary_work) w = {op, x, y, dy, (REAL)p, (REAL)q, dx};
  ck_parallel(count, functions[op].grain, &w, F(unary_range));
}
