#include "ck_grid_sampling.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/template.h"

enum { most_taps = 4, grain_elements = 1 << 13 };

#define TEMPLATE "sampling/grid_sampling_template.h"
#include "runtime/each_real.h"
