#include <string.h>

#include "COneDNN.h"
#include "runtime/ck_allocator.h"
#include "elementwise/ck_elementwise.h"
#include "runtime/ck_parallel.h"
#include "plan.h"

#ifdef HAS_ONEDNN_2

// The descriptions oneDNN wants: channels second in the order of axes, last in memory.
typedef struct {
  int axes;  // spatial ones
  dnnl_memory_desc_t input, filter, any_filter, bias, output;
  dnnl_dims_t stride, dilation, before, after;
} description;

static void describe_images(dnnl_memory_desc_t *result, dnnl_data_type_t type, int axes, int64_t batch,
                            int64_t channels, const int64_t *size) {
  dnnl_dims_t dimensions = {batch, channels};
  for (int axis = 0; axis < axes; axis++) dimensions[2 + axis] = size[axis];
  onednn.memory_desc_init_by_tag(result, 2 + axes, dimensions, type, axes == 2 ? dnnl_nhwc : dnnl_ndhwc);
}

// Filters and biases are float32; beside bfloat16 images a filter is multiplied as such, its gradient is not.
static description describe(const plan_key *key) {
  const ck_convolution *convolution = &key->convolution;
  dnnl_data_type_t type = key->bfloat16 ? dnnl_bf16 : dnnl_f32;
  dnnl_data_type_t filter_type = key->operation == filter_gradient ? dnnl_f32 : type;
  description result = {.axes = 3};
  // A filter without extent in time sees frames as so many images.
  bool flat = convolution->kernel[0] == 1 && convolution->before[0] == 0 && convolution->after[0] == 0
      && convolution->in[0] == convolution->out[0];
  int64_t batch = convolution->batch;
  if (flat) {
    result.axes = 2;
    batch *= convolution->in[0];
  }
  int skipped = flat ? 1 : 0;
  describe_images(&result.input, type, result.axes, batch, convolution->in_channels, convolution->in + skipped);
  describe_images(&result.output, type, result.axes, batch, convolution->out_channels, convolution->out + skipped);

  int64_t groups = convolution->groups, width = convolution->in_channels / groups;
  int64_t outputs = convolution->out_channels / groups;
  dnnl_dims_t dimensions, strides;
  int rank = 0;
  if (groups > 1) {
    dimensions[rank] = groups;
    strides[rank++] = outputs;
  }
  dimensions[rank] = outputs;
  strides[rank++] = 1;
  dimensions[rank] = width;
  strides[rank++] = convolution->out_channels;
  int64_t stride = width * convolution->out_channels;
  for (int axis = result.axes - 1; axis >= 0; axis--) {
    dimensions[rank + axis] = convolution->kernel[skipped + axis];
    strides[rank + axis] = stride;
    stride *= convolution->kernel[skipped + axis];
    result.stride[axis] = convolution->stride[skipped + axis];
    result.dilation[axis] = convolution->dilation[skipped + axis] - 1;
    result.before[axis] = convolution->before[skipped + axis];
    result.after[axis] = convolution->after[skipped + axis];
  }
  rank += result.axes;
  onednn.memory_desc_init_by_strides(&result.filter, rank, dimensions, dnnl_f32, strides);
  onednn.memory_desc_init_by_tag(&result.any_filter, rank, dimensions, filter_type, dnnl_format_tag_any);
  dnnl_dims_t channels = {convolution->out_channels};
  onednn.memory_desc_init_by_tag(&result.bias, 1, channels, dnnl_f32, dnnl_a);
  return result;
}

static bool describe_forward(const plan_key *key, description *it, dnnl_prop_kind_t purpose, dnnl_primitive_desc_t *result) {
  dnnl_convolution_desc_t operation;
  if (onednn.dilated_convolution_forward_desc_init(
          &operation, purpose, dnnl_convolution_direct, &it->input, &it->any_filter, key->bias ? &it->bias : NULL,
          &it->output, it->stride, it->dilation, it->before, it->after) != dnnl_success) {
    return false;
  }
  dnnl_primitive_attr_t attributes = plan_attributes();
  dnnl_status_t status = onednn.primitive_desc_create(result, &operation, attributes, onednn_engine(), NULL);
  onednn.primitive_attr_destroy(attributes);
  return status == dnnl_success;
}

static bool describe_gradient(const plan_key *key, description *it, dnnl_primitive_desc_t *result) {
  dnnl_primitive_desc_t hint;
  plan_key plain = *key;
  plain.operation = forward;
  plain.bias = 0;
  description plainly = describe(&plain);
  if (!describe_forward(&plain, &plainly, dnnl_forward_training, &hint)) return false;
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = key->operation == input_gradient
      ? onednn.dilated_convolution_backward_data_desc_init(
            &operation, dnnl_convolution_direct, &it->input, &it->any_filter, &it->output, it->stride, it->dilation,
            it->before, it->after)
      : onednn.dilated_convolution_backward_weights_desc_init(
            &operation, dnnl_convolution_direct, &it->input, &it->any_filter, key->bias ? &it->bias : NULL,
            &it->output, it->stride, it->dilation, it->before, it->after);
  if (status == dnnl_success) {
    dnnl_primitive_attr_t attributes = plan_attributes();
    status = onednn.primitive_desc_create(result, &operation, attributes, onednn_engine(), hint);
    onednn.primitive_attr_destroy(attributes);
  }
  onednn.primitive_desc_destroy(hint);
  return status == dnnl_success;
}

// oneDNN 2.6.3 writes past its scratch memory in strided 1x1 convolutions of channels that do not fill a vector.
static bool is_broken(const ck_convolution *convolution, const_dnnl_primitive_desc_t primitive) {
  const char *implementation = "";
  onednn.primitive_desc_query(primitive, dnnl_query_impl_info_str, 0, &implementation);
  return strstr(implementation, "1x1")
      && (convolution->in_channels % 16 != 0 || convolution->out_channels % 16 != 0)
      && (convolution->stride[0] > 1 || convolution->stride[1] > 1 || convolution->stride[2] > 1);
}

static void build(const plan_key *key, plan *plan) {
  description it = describe(key);
  dnnl_primitive_desc_t primitive;
  bool described = key->operation == forward ? describe_forward(key, &it, dnnl_forward_inference, &primitive)
                                             : describe_gradient(key, &it, &primitive);
  if (!described) return;
  const operand operands[3][4] = {
      [forward] = {{DNNL_ARG_SRC, false, .plain = it.input}, {DNNL_ARG_WEIGHTS, false, .plain = it.filter},
                   {DNNL_ARG_DST, true, .plain = it.output}, {DNNL_ARG_BIAS, false, .plain = it.bias}},
      [input_gradient] = {{DNNL_ARG_DIFF_DST, false, .plain = it.output}, {DNNL_ARG_WEIGHTS, false, .plain = it.filter},
                          {DNNL_ARG_DIFF_SRC, true, .plain = it.input}},
      [filter_gradient] = {{DNNL_ARG_DIFF_DST, false, .plain = it.output}, {DNNL_ARG_SRC, false, .plain = it.input},
                           {DNNL_ARG_DIFF_WEIGHTS, true, .plain = it.filter},
                           {DNNL_ARG_DIFF_BIAS, true, .plain = it.bias}},
  };
  memcpy(plan->operands, operands[key->operation], sizeof plan->operands);
  plan->operand_count = key->bias ? 4 : 3;
  if (!is_broken(&key->convolution, primitive)) plan_create(plan, primitive);
  onednn.primitive_desc_destroy(primitive);
}

static bool run(operation operation, const ck_convolution *convolution, ck_type type, const void *first,
                const void *second, const void *third, const void *bias) {
  if ((type != ck_type_f32 && type != ck_type_bf16) || convolution->batch == 0) return false;
  bool acquired = ck_pool_acquire();
  plan_key key = {operation, type == ck_type_bf16, bias != NULL, acquired ? ck_thread_count() : 1, .convolution = *convolution};
  plan *plan = plan_acquire(&key, build);
  bool done = false;
  if (plan) {
    void *const arrays[] = {(void *)first, (void *)second, (void *)third, (void *)bias};
    done = plan->primitive && plan_run(plan, arrays);
    plan_release(plan);
  }
  ck_pool_release(acquired);
  return done;
}

// Neighbours in a row that are taken for channels of one output, so that few channels fill a vector.
static int64_t neighbours(const ck_convolution *convolution) {
  enum { vector = 16 };
  int64_t count = 1;
  if (convolution->groups != 1 || convolution->kernel[2] == 1 || convolution->stride[2] != 1
      || convolution->dilation[2] != 1) {
    return count;
  }
  while (2 * count * convolution->out_channels <= vector && convolution->out[2] % (2 * count) == 0) count *= 2;
  return count;
}

// A convolution of stride 1 to few channels, as one to `count` times as many with that stride: its filter holds the
// given one at `count` places. In memory neighbours follow each other as channels do. More is multiplied, by zeros, but
// a vector at a time: one channel of 7 columns takes a fifth of the time.
static bool run_widened(const ck_convolution *convolution, int64_t count, ck_type type, const void *x,
                        const float *w, const float *bias, void *y) {
  ck_convolution wide = *convolution;
  int64_t inputs = convolution->in_channels, outputs = convolution->out_channels;
  wide.out_channels *= count;
  wide.kernel[2] += count - 1;
  wide.stride[2] = count;
  wide.out[2] /= count;
  int64_t rows = wide.kernel[0] * wide.kernel[1], filter_count = rows * wide.kernel[2] * inputs * wide.out_channels;
  size_t bytes = (size_t)(filter_count + wide.out_channels) * sizeof(float);
  float *filter = ck_allocate(bytes), *biases = filter + filter_count;
  memset(filter, 0, bytes);
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t column = 0; column < convolution->kernel[2]; column++, w += inputs * outputs) {
      for (int64_t place = 0; place < count; place++) {
        float *to = filter + (row * wide.kernel[2] + column + place) * inputs * wide.out_channels + place * outputs;
        for (int64_t input = 0; input < inputs; input++) {
          memcpy(to + input * wide.out_channels, w + input * outputs, (size_t)outputs * sizeof(float));
        }
      }
    }
  }
  for (int64_t i = 0; bias && i < wide.out_channels; i++) biases[i] = bias[i % outputs];
  bool done = run(forward, &wide, type, x, filter, y, bias ? biases : NULL);
  ck_deallocate(filter, bytes);
  return done;
}

static bool run_forward(const ck_convolution *convolution, ck_type type, const void *x, const float *w,
                        const float *bias, void *y) {
  int64_t count = neighbours(convolution);
  return (count > 1 && run_widened(convolution, count, type, x, w, bias, y))
      || run(forward, convolution, type, x, w, y, bias);
}

// The input gradient of stride 1 is a convolution of dy with the filter turned round and its channels swapped.
// Written so, it takes oneDNN's forward kernels, which run a fifth faster than those for gradients.
static bool run_turned(const ck_convolution *convolution, ck_type type, const void *dy, const float *w, void *dx) {
  int64_t groups = convolution->groups, inputs = convolution->in_channels, outputs = convolution->out_channels;
  ck_convolution turned = *convolution;
  turned.in_channels = outputs;
  turned.out_channels = inputs;
  int64_t taps = 1;
  for (int axis = 0; axis < 3; axis++) {
    int64_t reach = convolution->dilation[axis] * (convolution->kernel[axis] - 1);
    turned.in[axis] = convolution->out[axis];
    turned.out[axis] = convolution->in[axis];
    turned.before[axis] = reach - convolution->before[axis];
    turned.after[axis] = reach - convolution->after[axis];
    if (convolution->stride[axis] != 1 || turned.before[axis] < 0 || turned.after[axis] < 0) return false;
    taps *= convolution->kernel[axis];
  }
  int64_t width = inputs / groups, group_outputs = outputs / groups;
  size_t bytes = (size_t)(taps * width * outputs) * sizeof(float);
  float *filter = ck_allocate(bytes), *to = filter;
  for (int64_t tap = taps - 1; tap >= 0; tap--) {
    for (int64_t output = 0; output < group_outputs; output++) {
      for (int64_t input = 0; input < inputs; input++) {
        *to++ = w[(tap * width + input % width) * outputs + input / width * group_outputs + output];
      }
    }
  }
  bool done = run_forward(&turned, type, dy, filter, NULL, dx);
  ck_deallocate(filter, bytes);
  return done;
}

#else

typedef enum { forward, input_gradient, filter_gradient } operation;

static bool run(operation operation, const ck_convolution *convolution, ck_type type, const void *first,
                const void *second, const void *third, const void *bias) {
  (void)operation, (void)convolution, (void)type, (void)first, (void)second, (void)third, (void)bias;
  return false;
}

static bool run_forward(const ck_convolution *convolution, ck_type type, const void *x, const float *w,
                        const float *bias, void *y) {
  return run(forward, convolution, type, x, w, y, bias);
}

static bool run_turned(const ck_convolution *convolution, ck_type type, const void *dy, const float *w, void *dx) {
  (void)convolution, (void)type, (void)dy, (void)w, (void)dx;
  return false;
}

#endif

// Whether the filter is one matrix applied at every position. As a matrix product, the gradient of such a
// filter takes less than half the time of oneDNN's convolution.
static bool is_pointwise(const ck_convolution *convolution) {
  for (int axis = 0; axis < 3; axis++) {
    if (convolution->kernel[axis] != 1 || convolution->stride[axis] != 1 || convolution->before[axis] != 0
        || convolution->after[axis] != 0 || convolution->in[axis] != convolution->out[axis]) {
      return false;
    }
  }
  return convolution->groups == 1;
}

// oneDNN's own ReLU would take NaN for 0.
static int64_t output_count(const ck_convolution *convolution) {
  return convolution->batch * convolution->out[0] * convolution->out[1] * convolution->out[2] * convolution->out_channels;
}

bool onednn_convolution_forward(
    ck_type type, const ck_convolution *convolution, const void *x, const void *w, const void *bias, bool relu,
    void *y) {
  if (!run_forward(convolution, type, x, w, bias, y)) return false;
  if (relu) ck_run_unary(type, ck_unary_relu, output_count(convolution), y, 0, 0, y);
  return true;
}

bool onednn_convolution_input_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *w, void *dx) {
  return run_turned(convolution, type, dy, w, dx) || run(input_gradient, convolution, type, dy, w, dx, NULL);
}

bool onednn_convolution_filter_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias) {
  if (type == ck_type_f32 && !dbias && is_pointwise(convolution)) {
    int64_t positions = convolution->batch * convolution->in[0] * convolution->in[1] * convolution->in[2];
    return onednn_matmul(
        type, 1, 0, 0, true, false, convolution->in_channels, convolution->out_channels, positions, x, dy, dw);
  }
  return run(filter_gradient, convolution, type, dy, x, dw, dbias);
}
