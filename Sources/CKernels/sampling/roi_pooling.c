#include "ck_roi_pooling.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/template.h"

#define TEMPLATE "sampling/roi_pooling_template.h"
#include "runtime/each_real.h"
