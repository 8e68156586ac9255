#include "ck_roi_pooling.h"

#include <math.h>
#include <string.h>

#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "runtime/template.h"

// Places along an axis of a bin: where it pays to look for those near a sample, and where they are taken for all there are.
enum { few_points = 32, most_points = 1 << 22 };

#define TEMPLATE "sampling/roi_pooling_template.h"
#include "runtime/each_real.h"

bool ck_roi_pool(ck_type type, const ck_roi_pooling *pooling, const void *x, const void *boxes, void *y) {
  RUN_REAL(type, roi_pool, pooling, x, boxes, y);
}

bool ck_roi_pool_input_gradient(
    ck_type type, const ck_roi_pooling *pooling, const void *dy, const void *boxes, void *dx) {
  RUN_REAL(type, roi_pool_input_gradient, pooling, dy, boxes, dx);
}

bool ck_roi_pool_box_gradient(
    ck_type type, const ck_roi_pooling *pooling, const void *dy, const void *x, const void *boxes, void *dboxes) {
  RUN_REAL(type, roi_pool_box_gradient, pooling, dy, x, boxes, dboxes);
}
