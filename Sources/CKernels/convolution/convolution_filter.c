// The gradient of a convolution's filter: patches, transposed, times the output gradient. Tiles are summed
// in a fixed number of chunks, each with a sum of its own, so that no result depends on the threads.
#include <cblas.h>
#include <string.h>

#include "runtime/ck_allocator.h"
#include "ck_convolution.h"
#include "runtime/ck_parallel.h"
#include "runtime/dispatch.h"
#include "patches.h"

// As many partial sums as the memory for them (64 MB) allows, at most 16.
static int64_t chunk_count(int64_t tiles, int64_t filter_bytes) {
  int64_t count = filter_bytes > 0 ? ((int64_t)64 << 20) / filter_bytes : 16;
  if (count > 16) count = 16;
  if (count > tiles) count = tiles;
  return count < 1 ? 1 : count;
}

#define TEMPLATE "convolution/patches_template.h"
#include "runtime/each_real.h"
#define TEMPLATE "convolution/convolution_filter_template.h"
#include "runtime/each_real.h"

bool ck_convolution_filter_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias) {
  RUN_REAL(type, convolution_filter_gradient, convolution, dy, x, dw, dbias);
}
