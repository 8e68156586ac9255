#ifndef CK_LOSS_H
#define CK_LOSS_H

#include <stdint.h>

// Losses that would take several passes over memory if they were put together from smaller operators.

/// The sum of the binary cross-entropies of logits and truths in [0, 1], foreground weighted by
/// `positive_weight`: (1 − g)·log(1 + eˣ) + w·g·log(1 + e⁻ˣ). The bits do not depend on the number of threads.
double ck_binary_cross_entropy_f32(
    int64_t count, const float *logits, const float *truth, double positive_weight);
double ck_binary_cross_entropy_f64(
    int64_t count, const double *logits, const double *truth, double positive_weight);

/// Its gradient at the logits, times `scale`: ((1 − g)·σ(x) − w·g·σ(−x))·scale.
void ck_binary_cross_entropy_gradient_f32(
    int64_t count, const float *logits, const float *truth, double positive_weight, double scale,
    float *gradient);
void ck_binary_cross_entropy_gradient_f64(
    int64_t count, const double *logits, const double *truth, double positive_weight, double scale,
    double *gradient);

#endif
