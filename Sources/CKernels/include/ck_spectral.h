#ifndef CK_SPECTRAL_H
#define CK_SPECTRAL_H

#include <stdint.h>

// The filtered Taylor operator of SFSeg on volumes [batch, frames, height, width], with `channels` pairwise
// volumes f [channels, batch, frames, height, width] and weights d = s^p:
//   y = d·K(d·x),   K(u) = (1/α − Σ f²)·G∗u − G∗(Σ f²·u) + 2 Σ f·G∗(f·u),
// G separable with zero padding. It is symmetric: the gradient of x is the operator applied to that of y.
typedef struct {
  int64_t batch, frames, height, width, channels;
  int64_t sizes[3];       // of the kernel, odd: time, height, width
  double inverse_alpha;
} ck_spectral;

/// The taps exp(−½ (i/σ)²), σ = (size − 1)/4, of an odd size, normalised to a sum of 1.
void ck_spectral_taps(int64_t size, double *taps);

void ck_spectral_product_f32(
    const ck_spectral *spectral, const float *x, const float *d, const float *f, float *y);
void ck_spectral_product_f64(
    const ck_spectral *spectral, const double *x, const double *d, const double *f, double *y);

/// The gradients of x, d and f from that of y.
void ck_spectral_gradient_f32(
    const ck_spectral *spectral, const float *x, const float *d, const float *f, const float *dy,
    float *dx, float *dd, float *df);
void ck_spectral_gradient_f64(
    const ck_spectral *spectral, const double *x, const double *d, const double *f,
    const double *dy, double *dx, double *dd, double *df);

#endif
