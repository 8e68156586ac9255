#include "ck_loss.h"

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "math_f32.h"
#include "runtime/template.h"

// A sum is taken chunk by chunk, each in lanes: the order is the same for any number of threads.
enum { loss_chunk = 4096, loss_lanes = 32, loss_grain = 8192 };

#define TEMPLATE "elementwise/loss_template.h"
#include "runtime/each_real.h"

bool ck_binary_cross_entropy(
    ck_type type, int64_t count, const void *logits, const void *truth, double positive_weight, double *loss) {
  RUN_REAL(type, binary_cross_entropy, count, logits, truth, positive_weight, loss);
}

bool ck_binary_cross_entropy_gradient(
    ck_type type, int64_t count, const void *logits, const void *truth, double positive_weight, double scale,
    void *gradient) {
  RUN_REAL(type, binary_cross_entropy_gradient, count, logits, truth, positive_weight, scale, gradient);
}
