#include "ck_roi_pooling.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/template.h"

// Places along an axis of a bin: where it pays to look for those near a sample, and where they are taken for all there are.
enum { few_points = 32, most_points = 1 << 22 };

#define TEMPLATE "sampling/roi_pooling_template.h"
#include "runtime/each_real.h"
