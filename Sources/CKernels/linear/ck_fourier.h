#ifndef CK_FOURIER_H
#define CK_FOURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/ck_type.h"

/// The discrete Fourier transform along the middle axis of complex x [outer, n, inner], real and imaginary parts
/// interleaved: y_k = scale · sum_j x_j e^(∓2 pi i j k / n), + where inverse. Any n; y may be x.
bool ck_fourier(
    ck_type type, int64_t outer, int64_t n, int64_t inner, bool inverse, double scale, const void *x, void *y);

#endif
