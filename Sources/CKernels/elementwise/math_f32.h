// Transcendental functions without branches, which loops can vectorise: float32 by polynomials fitted
// for this file (relative minimax), double through the C library.
#ifndef MATH_F32_H
#define MATH_F32_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "runtime/template.h"

INLINE int32_t bits_of(float x) { int32_t bits; memcpy(&bits, &x, 4); return bits; }
INLINE float float_of(int32_t bits) { float x; memcpy(&x, &bits, 4); return x; }

// Adding it leaves the nearest integer in the low bits of the sum.
static const float rounder = 0x1.8p23f;

INLINE float power_of_two(int32_t n) { return float_of((n + 127) << 23); }

// Polynomials are summed in parts, so that their terms wait less for each other than in one chain.

// e^r - 1 for |r| <= ln 2 / 2.
INLINE float expm1_near_zero(float r) {
  float z = r * r;
  float high = 1.990890887e-04f * r + 1.393454382e-03f;
  float middle = 8.333284408e-03f * r + 4.166645557e-02f;
  float low = 1.666666716e-01f * r + 0.5f;
  return ((high * z + middle) * z + low) * z + r;
}

// x = n ln 2 + r.
INLINE float reduced_by_ln2(float x, int32_t *n) {
  float shifted = x * 1.44269504f + rounder;
  float k = shifted - rounder;
  *n = bits_of(shifted) - bits_of(rounder);
  return (x - k * 0.693359375f) + k * 2.12194440e-4f;
}

INLINE float exp_f32(float x) {
  x = x < -105.0f ? -105.0f : x;
  x = x > 90.0f ? 90.0f : x;
  int32_t n;
  float p = 1.0f + expm1_near_zero(reduced_by_ln2(x, &n));
  // In two factors: 2^n alone may be out of range where the product is not.
  int32_t half = n >> 1;
  return p * power_of_two(half) * power_of_two(n - half);
}

// For x <= 0; e^x below the normal numbers is 0.
INLINE float exp_of_negative_f32(float x) {
  int32_t n;
  float p = 1.0f + expm1_near_zero(reduced_by_ln2(x < -87.0f ? -87.0f : x, &n));
  return x < -87.0f ? 0.0f : p * power_of_two(n);
}

INLINE float expm1_f32(float x) {
  x = x < -18.0f ? -18.0f : x;
  x = x > 89.0f ? 89.0f : x;
  int32_t n;
  float p = expm1_near_zero(reduced_by_ln2(x, &n));
  float scale = power_of_two(n - 1);
  return 2.0f * (p * scale + (scale - 0.5f));
}

// For positive normal x: x = 2^e (1 + f) with 1 + f between the roots of 1/2 and 2.
INLINE float log_of_positive(float x, float exponent) {
  int32_t offset = bits_of(x) - 0x3f3504f3;
  float e = (float)(offset >> 23) + exponent;
  float f = float_of((offset & 0x7fffff) + 0x3f3504f3) - 1.0f;
  float p = 6.746591628e-02f;
  p = p * f - 1.167563871e-01f;
  p = p * f + 1.188817769e-01f;
  p = p * f - 1.240559220e-01f;
  p = p * f + 1.421955079e-01f;
  p = p * f - 1.666799635e-01f;
  p = p * f + 2.000211924e-01f;
  p = p * f - 2.500000894e-01f;
  p = p * f + 3.333331347e-01f;
  float square = f * f;
  float tail = p * (square * f) - e * 2.12194440e-4f;
  return ((tail - 0.5f * square) + f) + e * 0.693359375f;
}

INLINE float log_f32(float x) {
  int subnormal = x < 0x1p-126f;
  float y = log_of_positive(subnormal ? x * 0x1p23f : x, subnormal ? -23.0f : 0.0f);
  y = x > 0.0f ? y : (x == 0.0f ? -INFINITY : NAN);
  return x == INFINITY ? x : y;
}

INLINE float log1p_f32(float x) {
  float u = 1.0f + x;
  // What rounding took from u, as a first-order correction.
  float lost = (x - (u - 1.0f)) / u;
  float y = log_f32(u);
  return x > -1.0f && x < 0x1p24f ? y + lost : y;
}

// For 0 <= x <= 1, where nothing needs an exception.
INLINE float log1p_of_unit_f32(float x) {
  float u = 1.0f + x;
  return log_of_positive(u, 0.0f) + (x - (u - 1.0f)) / u;
}

INLINE float tanh_f32(float x) {
  float e = fabsf(x);
  e = e > 10.0f ? 10.0f : e;
  e = expm1_f32(2.0f * e);
  return copysignf(e / (e + 2.0f), x);
}

// e^(t^2) erfc(t) for 0 <= t <= 10, a polynomial around the middle of t / (3 + t), which has no rounding to speak of
// where t is small and the function steep; beyond, e^(-t^2) is 0.
INLINE float scaled_erfc(float t) {
  t = t > 10.0f ? 10.0f : t;
  float v = t / (3.0f + t) - 0.5f;
  float z = v * v;
  float high = -3.532560866e-02f * v - 1.508990260e-01f;
  float middle = (1.011669743e-01f * v + 2.739761711e-01f) * z + (-7.812772184e-01f * v + 1.146604724e+00f);
  float p = (high * (z * z) + middle) * z + (-1.200907606e+00f * v + 9.824158529e-01f);
  return p * z + (-6.524672774e-01f * v + 1.790011508e-01f);
}

INLINE float erf_f32(float x) {
  float z = x * x;
  float p = 7.889122935e-05f;
  p = p * z - 8.020842215e-04f;
  p = p * z + 5.189535674e-03f;
  p = p * z - 2.685444430e-02f;
  p = p * z + 1.128360033e-01f;
  p = p * z - 3.761262596e-01f;
  p = p * z + 1.283791661e-01f;
  float t = fabsf(x);
  float outside = copysignf(1.0f - exp_f32(-z) * scaled_erfc(t), x);
  return t < 1.0f ? p * x + x : outside;
}

/// The standard normal distribution's integral up to x; *density gets its value at x.
INLINE float normal_integral_f32(float x, float *density) {
  float e = exp_of_negative_f32(-0.5f * x * x);
  *density = 0.398942280f * e;
  float upper = 0.5f * e * scaled_erfc(fabsf(x) * 0.707106781f);
  return x < 0.0f ? upper : 1.0f - upper;
}

INLINE double normal_integral_f64(double x, double *density) {
  *density = 0.39894228040143267794 * exp(-0.5 * x * x);
  return 0.5 * erfc(-x * M_SQRT1_2);
}

// Beyond it the reduction below loses digits; the C library takes over.
static const double trigonometric_limit = 1e6;

// sin(x + quadrant pi/2).
INLINE float sine_from(float x, int32_t quadrant) {
  double shifted = (double)x * 0.63661977236758134308 + 0x1.8p52;
  double k = shifted - 0x1.8p52;
  // pi/2 in two parts, the first of 33 bits: k times it is exact.
  float r = (float)(((double)x - k * 0x1.921fb5444p+0) - k * 0x1.68c234c4c6629p-39);
  int32_t n = (int32_t)k + quadrant;
  float z = r * r;
  float s = 2.724385922e-06f;
  s = s * z - 1.984003902e-04f;
  s = s * z + 8.333331905e-03f;
  s = s * z - 1.666666716e-01f;
  s = s * (z * r) + r;
  float c = -2.729588573e-07f;
  c = c * z + 2.480056173e-05f;
  c = c * z - 1.388888806e-03f;
  c = c * z + 4.166666791e-02f;
  c = c * (z * z) - 0.5f * z + 1.0f;
  float y = n & 1 ? c : s;
  return n & 2 ? -y : y;
}

INLINE float sin_f32(float x) { return sine_from(x, 0); }
INLINE float cos_f32(float x) { return sine_from(x, 1); }

INLINE float atan2_f32(float y, float x) {
  float u = fabsf(x), v = fabsf(y);
  float low = u < v ? u : v, high = u < v ? v : u;
  float a = low == high ? 1.0f : low / high;
  a = high == 0.0f ? 0.0f : a;
  float z = a * a;
  float p = -2.508580685e-03f;
  p = p * z + 1.399650052e-02f;
  p = p * z - 3.667031229e-02f;
  p = p * z + 6.318221986e-02f;
  p = p * z - 8.689045161e-02f;
  p = p * z + 1.104203537e-01f;
  p = p * z - 1.427961588e-01f;
  p = p * z + 1.999979019e-01f;
  p = p * z - 3.333333135e-01f;
  float angle = p * (z * a) + a;
  angle = u < v ? 1.57079633f - angle : angle;
  angle = bits_of(x) < 0 ? 3.14159265f - angle : angle;
  angle = copysignf(angle, y);
  return u != u || v != v ? NAN : angle;
}

// log2 |x| and 2^z in double leave the rounding to float as the only error that counts.
INLINE float pow_f32(float x, float y) {
  double wide = fabsf(x);
  int64_t bits;
  memcpy(&bits, &wide, 8);
  int64_t offset = bits - 0x3fe6a09e667f3bcd;
  int64_t mantissa = (offset & 0xfffffffffffff) + 0x3fe6a09e667f3bcd;
  double m;
  memcpy(&m, &mantissa, 8);
  double f = (m - 1.0) / (m + 1.0), z = f * f;
  double p = 0.2829568261506796;
  p = p * z + 0.31990188491857213;
  p = p * z + 0.4122093412656502;
  p = p * z + 0.5770779415298358;
  p = p * z + 0.9617966941160259;
  p = p * z + 2.8853900817778486;
  double logarithm = (double)(int32_t)(offset >> 52) + p * f;
  logarithm = wide == 0.0 ? -(double)INFINITY : logarithm;
  logarithm = wide == (double)INFINITY ? wide : logarithm;

  double exponent = (double)y * logarithm;
  exponent = exponent < -200.0 ? -200.0 : exponent;
  exponent = exponent > 200.0 ? 200.0 : exponent;
  double shifted = exponent + 0x1.8p52;
  double r = exponent - (shifted - 0x1.8p52);
  double e = 1.3264079115060667e-06;
  e = e * r + 1.5310081042940737e-05;
  e = e * r + 0.00015403411607983752;
  e = e * r + 0.0013333450561199278;
  e = e * r + 0.009618129228459879;
  e = e * r + 0.05550410941213505;
  e = e * r + 0.24022650695468575;
  e = e * r + 0.693147180545932;
  e = e * r + 1.0;
  int64_t power;
  memcpy(&power, &shifted, 8);
  power = (power + 1023) << 52;
  double scale;
  memcpy(&scale, &power, 8);
  float magnitude = (float)(e * scale);

  float half = 0.5f * y;
  int whole = y == rintf(y), odd = whole & (half != rintf(half));
  float result = bits_of(x) < 0 && odd ? -magnitude : magnitude;
  result = x < 0.0f && x > -INFINITY && !whole ? NAN : result;
  result = x != x || y != y ? NAN : result;
  return y == 0.0f || x == 1.0f || (x == -1.0f && fabsf(y) == INFINITY) ? 1.0f : result;
}

// Rare enough for the C library.
INLINE float tan_f32(float x) { return tanf(x); }
INLINE float asin_f32(float x) { return asinf(x); }
INLINE float acos_f32(float x) { return acosf(x); }
INLINE float atan_f32(float x) { return atanf(x); }
INLINE float sinh_f32(float x) { return sinhf(x); }
INLINE float cosh_f32(float x) { return coshf(x); }
INLINE float asinh_f32(float x) { return asinhf(x); }
INLINE float acosh_f32(float x) { return acoshf(x); }
INLINE float atanh_f32(float x) { return atanhf(x); }

INLINE float remainder_f32(float a, float b) {
  float r = fmodf(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

INLINE double remainder_f64(double a, double b) {
  double r = fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

INLINE float sigmoid_f32(float x) { return 1.0f / (1.0f + exp_f32(-x)); }
INLINE double sigmoid_f64(double x) { return 1 / (1 + exp(-x)); }

INLINE float sqrt_f32(float x) { return sqrtf(x); }
INLINE float fabs_f32(float x) { return fabsf(x); }
INLINE float floor_f32(float x) { return floorf(x); }
INLINE float ceil_f32(float x) { return ceilf(x); }
INLINE float rint_f32(float x) { return rintf(x); }
INLINE float trunc_f32(float x) { return truncf(x); }

// As of float, of what is not negative it is NaN.
INLINE double exp_of_negative_f64(double x) { return exp(x <= 0 ? x : NAN); }

#define exp_f64 exp
#define expm1_f64 expm1
#define log_f64 log
#define log1p_f64 log1p
#define log1p_of_unit_f64 log1p
#define tanh_f64 tanh
#define erf_f64 erf
#define sin_f64 sin
#define cos_f64 cos
#define atan2_f64 atan2
#define tan_f64 tan
#define asin_f64 asin
#define acos_f64 acos
#define atan_f64 atan
#define sinh_f64 sinh
#define cosh_f64 cosh
#define asinh_f64 asinh
#define acosh_f64 acosh
#define atanh_f64 atanh
#define pow_f64 pow
#define sqrt_f64 sqrt
#define fabs_f64 fabs
#define floor_f64 floor
#define ceil_f64 ceil
#define rint_f64 rint
#define trunc_f64 trunc

#endif
