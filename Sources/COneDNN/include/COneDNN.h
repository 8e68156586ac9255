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

// Of float32 and bfloat16 images; filters, biases and their gradients are float32.
bool onednn_convolution_forward(
    ck_type type, const ck_convolution *convolution, const void *x, const void *w, const void *bias, bool relu, void *y);
bool onednn_convolution_input_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *w, void *dx);
bool onednn_convolution_filter_gradient(
    ck_type type, const ck_convolution *convolution, const void *dy, const void *x, void *dw, void *dbias);

bool onednn_matmul(
    ck_type type, int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m,
    int64_t n, int64_t k, const void *a, const void *b, void *c);

#endif
