// A shim over oneDNN, optional at build time. Every function returns whether it did the work: false where
// this build has no oneDNN, or where oneDNN has no fast kernel for the case; the caller then uses CKernels,
// whose functions of the same names and arguments these stand in for.
#ifndef CONEDNN_H
#define CONEDNN_H

#include <stdbool.h>
#include <stdint.h>

#include "convolution/ck_convolution.h"

/// Whether this build found oneDNN.
bool onednn_is_available(void);

bool onednn_convolution_forward(const ck_convolution *convolution, const float *x, const float *w,
                                const float *bias, bool relu, float *y);
bool onednn_convolution_input_gradient(const ck_convolution *convolution, const float *dy, const float *w,
                                       float *dx);
bool onednn_convolution_filter_gradient(const ck_convolution *convolution, const float *dy, const float *x,
                                        float *dw, float *dbias);

// The same of bfloat16 images; filters, biases and their gradients are float32.
bool onednn_convolution_forward_bf16(const ck_convolution *convolution, const uint16_t *x, const float *w,
                                     const float *bias, bool relu, uint16_t *y);
bool onednn_convolution_input_gradient_bf16(const ck_convolution *convolution, const uint16_t *dy, const float *w,
                                            uint16_t *dx);
bool onednn_convolution_filter_gradient_bf16(const ck_convolution *convolution, const uint16_t *dy,
                                             const uint16_t *x, float *dw, float *dbias);

bool onednn_matmul(int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m,
                   int64_t n, int64_t k, const float *a, const float *b, float *c);

/// Products of bfloat16 matrices; an operand whose batch is 1 is shared by all.
bool onednn_matmul_bf16(int64_t a_batch, int64_t b_batch, bool transpose_a, bool transpose_b, int64_t m,
                        int64_t n, int64_t k, const uint16_t *a, const uint16_t *b, uint16_t *c);

#endif
