#ifndef CK_FOURIER_H
#define CK_FOURIER_H

#include <stdbool.h>
#include <stdint.h>

/// The discrete Fourier transform along the middle axis of complex x [outer, n, inner], real and imaginary parts
/// interleaved: y_k = scale · sum_j x_j e^(∓2 pi i j k / n), + where inverse. Any n; y may be x.
void ck_fourier_f32(
    int64_t outer, int64_t n, int64_t inner, bool inverse, double scale, const float *x, float *y);
void ck_fourier_f64(
    int64_t outer, int64_t n, int64_t inner, bool inverse, double scale, const double *x, double *y);

#endif
