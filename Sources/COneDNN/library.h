// oneDNN's functions, loaded at run time: libdnnl needs libgomp, which must be loaded our way first, and a
// program built here runs where oneDNN is missing too.
#ifndef LIBRARY_H
#define LIBRARY_H

#include <stdbool.h>

#define ONEDNN_FUNCTIONS(X) \
  X(dilated_convolution_backward_data_desc_init) X(dilated_convolution_backward_weights_desc_init) \
  X(dilated_convolution_forward_desc_init) X(engine_create) X(matmul_desc_init) X(memory_create) X(memory_desc_equal) \
  X(memory_desc_get_size) X(memory_desc_init_by_strides) X(memory_desc_init_by_tag) \
  X(memory_destroy) X(primitive_attr_create) X(primitive_attr_destroy) \
  X(primitive_attr_set_scratchpad_mode) X(primitive_create) X(primitive_desc_create) \
  X(primitive_desc_destroy) X(primitive_desc_query) X(primitive_desc_query_md) X(primitive_destroy) \
  X(primitive_execute) X(reorder_primitive_desc_create) X(set_primitive_cache_capacity) X(sgemm) \
  X(stream_create) X(stream_destroy)

#define DECLARE(name) __typeof__(dnnl_##name) *name;
typedef struct {
  ONEDNN_FUNCTIONS(DECLARE)
} onednn_functions;
#undef DECLARE

extern onednn_functions onednn;

/// Whether the library is there; loads it on the first call.
bool onednn_load(void);

/// Whether the library is there and may be used. Paired with an end where it is so; nothing of `onednn` may be called but
/// between the two.
bool onednn_begin(void);
void onednn_end(void);

#endif
