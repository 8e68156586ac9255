// Group norm, on batch norm's passes over one sample.

typedef struct {
  int64_t batch, positions, channels, groups;
  const REAL *x, *dy, *weight, *bias;
  double epsilon;
  REAL *result;  // y or dx
  REAL *mean, *inverse_deviation;
  int64_t samples;  // samples per part
  double *partial;  // [parts, 2, channels]: of dbias, of dweight
} F(group_context);

#include "layer_norm_template.h"

CK_CLONES static void F(group_body)(void *opaque, int64_t begin, int64_t end) {
  const F(group_context) *work = opaque;
  int64_t channels = work->channels, size = channels / work->groups, rows = work->positions;
  size_t bytes = (size_t)(2 * channels) * (sizeof(double) + sizeof(REAL));
  double *means = ck_allocate(bytes), *squares = means + channels;
  REAL *scale = (REAL *)(squares + channels), *shift = scale + channels;
  for (int64_t n = begin; n < end; n++) {
    const REAL *x = work->x + n * rows * channels;
    F(statistics)(rows, channels, x, means, squares);
    for (int64_t group = 0; group < work->groups; group++) {
      int64_t first = group * size;
      double mean = lane_sum(size, means + first) / (double)size;
      for (int64_t c = first; c < first + size; c++) {
        double difference = means[c] - mean;
        squares[c] += (double)rows * difference * difference;
      }
      double variance = lane_sum(size, squares + first) / (double)(size * rows);
      double inverse = 1 / sqrt(variance + work->epsilon);
      work->mean[n * work->groups + group] = (REAL)mean;
      work->inverse_deviation[n * work->groups + group] = (REAL)inverse;
      for (int64_t c = first; c < first + size; c++) {
        double factor = work->weight ? inverse * (double)work->weight[c] : inverse;
        scale[c] = (REAL)factor;
        shift[c] = (REAL)((work->bias ? (double)work->bias[c] : 0) - mean * factor);
      }
    }
    F(channel_affine)(
        rows, channels, x, scale, shift, false, work->result + n * rows * channels);
  }
  ck_deallocate(means, bytes);
}

static void F(group_norm)(
    int64_t batch, int64_t positions, int64_t channels, int64_t groups, const REAL *x,
    const REAL *weight, const REAL *bias, double epsilon, REAL *y, REAL *mean,
    REAL *inverse_deviation) {
  if (positions <= 0 || channels <= 0) return;
  F(group_context) work = {
      .batch = batch, .positions = positions, .channels = channels, .groups = groups, .x = x,
      .weight = weight, .bias = bias, .epsilon = epsilon, .result = y, .mean = mean,
      .inverse_deviation = inverse_deviation};
  // Large samples are divided themselves.
  if (lay_out(positions, channels, sizeof(REAL)).spans > 1)
    F(group_body)(&work, 0, batch);
  else
    ck_parallel(
        batch, grain_elements / (positions * channels) + 1, &work,
        positions == 1 ? F(layer_body) : F(group_body));
}

CK_CLONES static void F(group_gradient_body)(void *opaque, int64_t begin, int64_t end) {
  const F(group_context) *work = opaque;
  int64_t channels = work->channels, size = channels / work->groups, rows = work->positions;
  layout taken = lay_out(rows, channels, sizeof(REAL));
  int64_t width = taken.width;
  size_t bytes = (size_t)(4 * channels) * sizeof(double) + (size_t)(4 * width) * sizeof(REAL);
  double *sum = ck_allocate(bytes), *product = sum + channels;
  double *weighted_sum = product + channels, *weighted_product = weighted_sum + channels;
  REAL *center = (REAL *)(weighted_product + channels), *scale = center + width;
  REAL *slope = scale + width, *offset = slope + width;
  F(gradient_context) gradient = {
      .rows = rows, .channels = channels, .rows_taken = taken, .mean = center, .scale = scale,
      .shift = scale, .slope = slope, .offset = offset};

  for (int64_t part = begin; part < end; part++) {
    double *bias_sum = work->partial + part * 2 * channels, *weight_sum = bias_sum + channels;
    memset(bias_sum, 0, (size_t)(2 * channels) * sizeof(double));
    int64_t last = (part + 1) * work->samples < work->batch ? (part + 1) * work->samples : work->batch;
    for (int64_t n = part * work->samples; n < last; n++) {
      const REAL *means = work->mean + n * work->groups;
      const REAL *inverses = work->inverse_deviation + n * work->groups;
      for (int64_t c = 0; c < width; c++) center[c] = means[c % channels / size];
      gradient.x = work->x + n * rows * channels;
      gradient.dy = work->dy + n * rows * channels;
      gradient.dx = NULL;
      F(gradient_sums)(gradient, sum, product);
      for (int64_t group = 0; group < work->groups; group++) {
        int64_t first = group * size;
        double inverse = (double)inverses[group];
        for (int64_t c = first; c < first + size; c++) {
          double weight = work->weight ? (double)work->weight[c] : 1;
          product[c] *= inverse;
          bias_sum[c] += sum[c];
          weight_sum[c] += product[c];
          weighted_sum[c] = sum[c] * weight;
          weighted_product[c] = product[c] * weight;
          scale[c] = (REAL)(inverse * weight);
        }
        double factor = -inverse / (double)(size * rows);
        REAL common_slope = (REAL)(factor * inverse * lane_sum(size, weighted_product + first));
        REAL common_offset = (REAL)(factor * lane_sum(size, weighted_sum + first));
        for (int64_t c = first; c < first + size; c++) {
          slope[c] = common_slope;
          offset[c] = common_offset;
        }
      }
      if (!work->result) continue;
      for (int64_t c = channels; c < width; c++) {
        scale[c] = scale[c - channels];
        slope[c] = slope[c - channels];
        offset[c] = offset[c - channels];
      }
      gradient.dx = work->result + n * rows * channels;
      F(input_gradient)(&gradient);
    }
  }
  ck_deallocate(sum, bytes);
}

static void F(group_norm_gradient)(
    int64_t batch, int64_t positions, int64_t channels, int64_t groups, const REAL *x,
    const REAL *dy, const REAL *weight, const REAL *mean, const REAL *inverse_deviation, REAL *dx,
    REAL *dweight, REAL *dbias) {
  if (channels <= 0) return;
  if (positions <= 0) batch = 0;
  int64_t samples = (batch + most_spans - 1) / most_spans;
  int64_t parts = samples > 0 ? (batch + samples - 1) / samples : 0;
  size_t bytes = (size_t)(parts * 2 * channels) * sizeof(double);
  F(group_context) work = {
      .batch = batch, .positions = positions, .channels = channels, .groups = groups, .x = x,
      .dy = dy, .weight = weight, .result = dx, .mean = (REAL *)mean,
      .inverse_deviation = (REAL *)inverse_deviation, .samples = samples,
      .partial = ck_allocate(bytes)};
  if (lay_out(positions, channels, sizeof(REAL)).spans > 1)
    F(group_gradient_body)(&work, 0, parts);
  else
    ck_parallel(
        parts, grain_elements / (samples * positions * channels + 1) + 1, &work,
        positions == 1 ? F(layer_gradient_body) : F(group_gradient_body));
  for (int64_t c = 0; dweight && c < channels; c++) {
    double bias_sum = 0, weight_sum = 0;
    for (int64_t part = 0; part < parts; part++) {
      bias_sum += work.partial[part * 2 * channels + c];
      weight_sum += work.partial[(part * 2 + 1) * channels + c];
    }
    dbias[c] = (REAL)bias_sum;
    dweight[c] = (REAL)weight_sum;
  }
  ck_deallocate(work.partial, bytes);
}
