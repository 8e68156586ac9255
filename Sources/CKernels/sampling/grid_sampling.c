#include "ck_grid_sampling.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

enum { few_channels = 4, most_points = 128, most_taps = 4, grain_elements = 1 << 13 };

#define TEMPLATE "sampling/grid_sampling_template.h"
#include "runtime/each_real.h"

bool ck_grid_sample(ck_type type, const ck_grid_sampling *sampling, const void *x, const void *grid, void *y) {
  RUN_REAL(type, grid_sample, sampling, x, grid, y);
}

bool ck_grid_sample_input_gradient(
    ck_type type, const ck_grid_sampling *sampling, const void *dy, const void *grid, void *dx) {
  RUN_REAL(type, grid_sample_input_gradient, sampling, dy, grid, dx);
}

bool ck_grid_sample_grid_gradient(
    ck_type type, const ck_grid_sampling *sampling, const void *dy, const void *x, const void *grid, void *dgrid) {
  RUN_REAL(type, grid_sample_grid_gradient, sampling, dy, x, grid, dgrid);
}
