#include "ck_linear_algebra.h"

#include <cblas.h>
#include <lapacke.h>
#include <stddef.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "runtime/ck_parallel.h"
#include "runtime/template.h"

// Matrices worth a thread, of about `work` multiplications each.
static int64_t matrix_grain(int64_t work) { return 50000 / (work + 1) + 1; }

static int first_failure(int64_t batch, const int *failures) {
  for (int64_t i = 0; i < batch; i++) {
    if (failures[i] != 0) return failures[i];
  }
  return 0;
}

#define TEMPLATE "linear/linear_algebra_template.h"
#include "runtime/each_real.h"
