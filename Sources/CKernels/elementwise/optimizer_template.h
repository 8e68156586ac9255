// Optimiser steps.
//
// A product and a sum in one statement may be rounded once, as PyTorch's are; where it rounds in
// between, the product is a statement of its own.

typedef struct {
  REAL *parameter, *velocity;
  const REAL *gradient;
  bool first_step, nesterov;
  REAL learning_rate, momentum, undamped, weight_decay;
} F(sgd_context);

CK_CLONES static void F(sgd_body)(void *opaque, int64_t begin, int64_t end) {
#pragma STDC FP_CONTRACT ON
  const F(sgd_context) work = *(const F(sgd_context) *)opaque;
  REAL *restrict parameter = work.parameter, *restrict velocity = work.velocity;
  const REAL *restrict gradient = work.gradient;
  for (int64_t i = begin; i < end; i++) {
    REAL step = gradient[i] + work.weight_decay * parameter[i];
    if (velocity) {
      REAL kept = velocity[i] * work.momentum;
      REAL momentum = work.first_step ? step : kept + work.undamped * step;
      velocity[i] = momentum;
      step = work.nesterov ? step + work.momentum * momentum : momentum;
    }
    parameter[i] -= work.learning_rate * step;
  }
}

static void F(sgd)(
    int64_t count, REAL *parameter, const REAL *gradient, REAL *velocity, bool first_step,
    double learning_rate, double momentum, double dampening, double weight_decay, bool nesterov) {
  F(sgd_context) work = {
      parameter, velocity, gradient, first_step, nesterov, (REAL)learning_rate, (REAL)momentum,
      (REAL)(1 - dampening), (REAL)weight_decay};
  ck_parallel(count, grain, &work, F(sgd_body));
}

typedef struct {
  REAL *parameter, *first, *second, *max_second;
  const REAL *gradient;
  REAL beta1, rate1, beta2, rate2, root_correction, epsilon, step_size, kept, added;
} F(adam_context);

CK_CLONES static void F(adam_body)(void *opaque, int64_t begin, int64_t end) {
#pragma STDC FP_CONTRACT ON
  const F(adam_context) work = *(const F(adam_context) *)opaque;
  REAL *restrict parameter = work.parameter, *restrict first = work.first;
  REAL *restrict second = work.second, *restrict max_second = work.max_second;
  const REAL *restrict gradient = work.gradient;
  for (int64_t i = begin; i < end; i++) {
    REAL value = parameter[i] * work.kept, g = gradient[i] + work.added * parameter[i];
    // From the nearer end.
    REAL change = g - first[i];
    REAL mean = work.rate1 < (REAL)0.5 ? first[i] + work.rate1 * change : g - work.beta1 * change;
    REAL square = second[i] * work.beta2;
    square += work.rate2 * g * g;
    first[i] = mean;
    second[i] = square;
    if (max_second) {
      square = max_second[i] > square ? max_second[i] : square;
      max_second[i] = square;
    }
    REAL deviation = LIBM(sqrt)(square) / work.root_correction + work.epsilon;
    parameter[i] = value - work.step_size * mean / deviation;
  }
}

static void F(adam)(
    int64_t count, REAL *parameter, const REAL *gradient, REAL *first, REAL *second,
    REAL *max_second, int64_t step, double learning_rate, double beta1, double beta2,
    double epsilon, double weight_decay, bool decoupled) {
  double correction1 = 1 - pow(beta1, (double)step), correction2 = 1 - pow(beta2, (double)step);
  F(adam_context) work = {
      parameter, first, second, max_second, gradient, (REAL)(1 - (REAL)(1 - beta1)),
      (REAL)(1 - beta1), (REAL)beta2, (REAL)(1 - beta2), (REAL)sqrt(correction2), (REAL)epsilon,
      (REAL)(learning_rate / correction1),
      (REAL)(decoupled ? 1 - learning_rate * weight_decay : 1),
      (REAL)(decoupled ? 0 : weight_decay)};
  ck_parallel(count, grain, &work, F(adam_body));
}
