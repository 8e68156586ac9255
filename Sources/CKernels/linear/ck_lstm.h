#ifndef CK_LSTM_H
#define CK_LSTM_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

// Long short-term memory: gates [4·hidden] are the input gate, the forget gate, the candidate and the output gate.
typedef struct {
  int64_t batch, steps, hidden;
} ck_lstm_sizes;

/// From a state `hidden`, `cell` [batch, hidden] on, the outputs y and the cells after all steps [batch, steps, hidden], and
/// the gates [batch, steps, 4·hidden]: by what the input adds to these before their activations, x, and the weight w
/// [4·hidden, hidden] of the output before. Without w, x is all that the gates see.
bool ck_lstm(
    ck_type type, const ck_lstm_sizes *sizes, const void *x, const void *w, const void *hidden, const void *cell,
    void *gates, void *y, void *cells);

/// The gradients of x, and of the first state, by that of y. Where dcell comes in it holds the gradient of the last cell. Without w
/// there is no dhidden.
bool ck_lstm_gradient(
    ck_type type, const ck_lstm_sizes *sizes, const void *w, const void *cell, const void *gates, const void *cells,
    const void *dy, void *dx, void *dhidden, void *dcell);

#endif
