#ifndef CK_NORMALIZATION_H
#define CK_NORMALIZATION_H

#include <stdbool.h>
#include <stdint.h>

// Normalisation of x [rows, channels], channels last. A batch norm layer is
//   statistics → coefficients → affine              while training,
//   coefficients of the running statistics → affine in evaluation.
// A NULL weight stands for ones, a NULL bias for zeros. Sums are taken in f32 or f64 within a chunk of
// rows and in f64 over chunks, whose size depends on the shape alone.

#define CK_BATCH_NORM(stored, real, suffix)                                                          \
  /* The mean of each channel and its biased variance (0 and 0 without rows). */                     \
  void ck_batch_statistics_##suffix(                                                                 \
      int64_t rows, int64_t channels, const stored *x, real *mean, real *variance);                  \
  /* y = x·scale + shift, with `relu` y = max(that, 0). y may be x. */                               \
  void ck_channel_affine_##suffix(                                                                   \
      int64_t rows, int64_t channels, const stored *x, const real *scale, const real *shift,         \
      bool relu, stored *y);                                                                         \
  /* Gradients where mean and deviation are those of x itself (training). With `relu`, the gradient  \
     passes where the value recomputed from x is positive. dx may be NULL, and may be dy. */         \
  void ck_batch_norm_gradient_##suffix(                                                              \
      int64_t rows, int64_t channels, const stored *x, const stored *dy, const real *mean,           \
      const real *inverse_deviation, const real *weight, const real *bias, bool relu, stored *dx,    \
      real *dweight, real *dbias);                                                                   \
  /* Gradients where mean and deviation are constants (evaluation, frozen statistics): dx =          \
     dy·scale. dx may be NULL, and may be dy; dweight and dbias may be NULL together. */             \
  void ck_channel_affine_gradient_##suffix(                                                          \
      int64_t rows, int64_t channels, const stored *x, const stored *dy, const real *mean,           \
      const real *inverse_deviation, const real *weight, const real *bias, bool relu, stored *dx,    \
      real *dweight, real *dbias);

CK_BATCH_NORM(float, float, f32)
CK_BATCH_NORM(double, double, f64)
CK_BATCH_NORM(uint16_t, float, bf16)
#undef CK_BATCH_NORM

/// inverse_deviation = 1 / √(variance + epsilon), scale = inverse_deviation·weight,
/// shift = bias − mean·scale: the affine map that normalises.
void ck_normalization_coefficients_f32(
    int64_t channels, const float *mean, const float *variance, double epsilon, const float *weight,
    const float *bias, float *inverse_deviation, float *scale, float *shift);
void ck_normalization_coefficients_f64(
    int64_t channels, const double *mean, const double *variance, double epsilon,
    const double *weight, const double *bias, double *inverse_deviation, double *scale,
    double *shift);

/// Group norm of x [batch, positions, channels]; weight and bias [channels], mean and
/// inverse_deviation [batch, groups]. Layer norm over the last axis: positions 1, groups 1.
/// Instance norm: as many groups as channels. y may be x.
void ck_group_norm_f32(
    int64_t batch, int64_t positions, int64_t channels, int64_t groups, const float *x,
    const float *weight, const float *bias, double epsilon, float *y, float *mean,
    float *inverse_deviation);
void ck_group_norm_f64(
    int64_t batch, int64_t positions, int64_t channels, int64_t groups, const double *x,
    const double *weight, const double *bias, double epsilon, double *y, double *mean,
    double *inverse_deviation);

/// Gradients of group norm. dx may be NULL, and may be dy; dweight and dbias may be NULL together.
void ck_group_norm_gradient_f32(
    int64_t batch, int64_t positions, int64_t channels, int64_t groups, const float *x,
    const float *dy, const float *weight, const float *mean, const float *inverse_deviation,
    float *dx, float *dweight, float *dbias);
void ck_group_norm_gradient_f64(
    int64_t batch, int64_t positions, int64_t channels, int64_t groups, const double *x,
    const double *dy, const double *weight, const double *mean, const double *inverse_deviation,
    double *dx, double *dweight, double *dbias);

#endif
