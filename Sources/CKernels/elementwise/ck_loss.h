#ifndef CK_LOSS_H
#define CK_LOSS_H

#include <stdint.h>

#include "runtime/ck_type.h"

// Losses that would take several passes over memory if they were put together from smaller operators.

/// The sum of the binary cross-entropies of logits and truths in [0, 1], foreground weighted by
/// `positive_weight`: (1 − g)·log(1 + eˣ) + w·g·log(1 + e⁻ˣ). The bits do not depend on the number of threads.
bool ck_binary_cross_entropy(
    ck_type type, int64_t count, const void *logits, const void *truth, double positive_weight, double *loss);

/// Its gradient at the logits, times `scale`: ((1 − g)·σ(x) − w·g·σ(−x))·scale.
bool ck_binary_cross_entropy_gradient(
    ck_type type, int64_t count, const void *logits, const void *truth, double positive_weight, double scale,
    void *gradient);

#endif
