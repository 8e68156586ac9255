#ifndef CK_NORMALIZATION_H
#define CK_NORMALIZATION_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// Normalisation of x [rows, channels], channels last. A batch norm layer is
//   statistics → coefficients → affine              while training,
//   coefficients of the running statistics → affine in evaluation.
// A NULL weight stands for ones, a NULL bias for zeros. Sums are taken in f32 or f64 within a chunk of
// rows and in f64 over chunks, whose size depends on the shape alone.

/// The mean of each channel and its biased variance (0 and 0 without rows).
bool ck_batch_statistics(ck_type type, int64_t rows, int64_t channels, const void *x, void *mean, void *variance);
/// y = x·scale + shift, with `relu` y = max(that, 0). y may be x.
bool ck_channel_affine(
    ck_type type, int64_t rows, int64_t channels, const void *x, const void *scale, const void *shift, bool relu,
    void *y);
/// Adds to sums those that others have, in place.
typedef void (*ck_add_sums)(void *others, int64_t count, double *sums);

/// Gradients where mean and deviation are those of x itself (training). With `relu`, the gradient passes where the
/// value recomputed from x is positive. dx may be NULL, and may be dy. `count` is the number of rows that mean and deviation
/// are of; where these are not all here, `add` is called once, and otherwise NULL.
bool ck_batch_norm_gradient(
    ck_type type, int64_t rows, int64_t channels, const void *x, const void *dy, const void *mean,
    const void *inverse_deviation, const void *weight, const void *bias, bool relu, void *dx, void *dweight,
    void *dbias, double count, ck_add_sums add, void *others);
/// Gradients where mean and deviation are constants (evaluation, frozen statistics): dx = dy·scale. dx may be NULL, and
/// may be dy; dweight and dbias may be NULL together.
bool ck_channel_affine_gradient(
    ck_type type, int64_t rows, int64_t channels, const void *x, const void *dy, const void *mean,
    const void *inverse_deviation, const void *weight, const void *bias, bool relu, void *dx, void *dweight,
    void *dbias);

/// inverse_deviation = 1 / √(variance + epsilon), scale = inverse_deviation·weight,
/// shift = bias − mean·scale: the affine map that normalises.
bool ck_normalization_coefficients(
    ck_type type, int64_t channels, const void *mean, const void *variance, double epsilon, const void *weight,
    const void *bias, void *inverse_deviation, void *scale, void *shift);

/// Group norm of x [batch, positions, channels]; weight and bias [channels], mean and
/// inverse_deviation [batch, groups]. Layer norm over the last axis: positions 1, groups 1.
/// Instance norm: as many groups as channels. y may be x.
bool ck_group_norm(
    ck_type type, int64_t batch, int64_t positions, int64_t channels, int64_t groups, const void *x, const void *weight,
    const void *bias, double epsilon, void *y, void *mean, void *inverse_deviation);

/// Gradients of group norm. dx may be NULL, and may be dy; dweight and dbias may be NULL together.
bool ck_group_norm_gradient(
    ck_type type, int64_t batch, int64_t positions, int64_t channels, int64_t groups, const void *x, const void *dy,
    const void *weight, const void *mean, const void *inverse_deviation, void *dx, void *dweight, void *dbias);

#endif
