#include "ck_lstm.h"

#include <string.h>

#include "elementwise/math_f32.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

// Products of a few rows by four vectors of columns stay in registers until they are used.
enum { lstm_rows = 6, lstm_vectors = 4, vector_bytes = 64 };

#define TEMPLATE "linear/lstm_template.h"
#include "runtime/each_real.h"

bool ck_lstm(
    ck_type type, const ck_lstm_sizes *sizes, const void *x, const void *w, const void *hidden, const void *cell,
    void *gates, void *y, void *cells) {
  RUN_REAL(type, lstm, sizes, x, w, hidden, cell, gates, y, cells);
}

bool ck_lstm_gradient(
    ck_type type, const ck_lstm_sizes *sizes, const void *w, const void *cell, const void *gates, const void *cells,
    const void *dy, void *dx, void *dhidden, void *dcell) {
  RUN_REAL(type, lstm_gradient, sizes, w, cell, gates, cells, dy, dx, dhidden, dcell);
}
