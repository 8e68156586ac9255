#ifndef CK_OPTIMIZER_H
#define CK_OPTIMIZER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// One optimiser step in one pass over memory, in place, rounded as PyTorch rounds it.

/// Stochastic gradient descent. `velocity` is the momentum buffer, NULL without momentum; on the
/// first step it is set to the gradient, whatever it held.
bool ck_sgd(
    ck_type type, int64_t count, void *parameter, const void *gradient, void *velocity, bool first_step,
    double learning_rate, double momentum, double dampening, double weight_decay, bool nesterov);

/// Adam, or AdamW where the weight decay is `decoupled`. `first` and `second` are the moments, zero
/// before the first step; `max_second` is AMSGrad's maximum, NULL without; `step` counts from 1.
bool ck_adam(
    ck_type type, int64_t count, void *parameter, const void *gradient, void *first, void *second, void *max_second,
    int64_t step, double learning_rate, double beta1, double beta2, double epsilon, double weight_decay,
    bool decoupled);

#endif
