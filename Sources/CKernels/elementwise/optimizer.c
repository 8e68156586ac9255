#include "ck_optimizer.h"

#include <math.h>
#include <stddef.h>

#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

enum { grain = 1 << 15 };

#define TEMPLATE "elementwise/optimizer_template.h"
#include "runtime/each_real.h"

bool ck_sgd(
    ck_type type, int64_t count, void *parameter, const void *gradient, void *velocity, bool first_step,
    double learning_rate, double momentum, double dampening, double weight_decay, bool nesterov) {
  RUN_REAL(
      type, sgd, count, parameter, gradient, velocity, first_step, learning_rate, momentum, dampening, weight_decay,
      nesterov);
}

bool ck_adam(
    ck_type type, int64_t count, void *parameter, const void *gradient, void *first, void *second, void *max_second,
    int64_t step, double learning_rate, double beta1, double beta2, double epsilon, double weight_decay,
    bool decoupled) {
  RUN_REAL(
      type, adam, count, parameter, gradient, first, second, max_second, step, learning_rate, beta1, beta2, epsilon,
      weight_decay, decoupled);
}
