#ifndef CK_SPECTRAL_H
#define CK_SPECTRAL_H

#include <stdint.h>

#include "runtime/ck_type.h"

// The operator of SFSeg on volumes [batch, frames, height, width], with `channels` pairwise volumes
// f [channels, batch, frames, height, width] and weights d = s^p: y = d·K(d·x), with the Taylor links
//   K(u) = (1/α − Σ f²)·G∗u − G∗(Σ f²·u) + 2 Σ f·G∗(f·u),
// G separable with zero padding.
typedef struct {
  int64_t batch, frames, height, width, channels;
  int64_t sizes[3];       // of the kernel, odd: time, height, width
  double alpha;
  int exact;              // links G·exp(−α Σ (f_i − f_j)²)/α instead of their Taylor form
} ck_spectral;

// The motion of the pixels, of the volumes' element type; first to the next frame, then to the one before.
typedef struct {
  const void *flow[2];       // [batch, frames, height, width, 2] in pixels, (x, y)
  const void *agreement[2];  // [batch, frames, height, width]: how much the link along the flow counts
} ck_spectral_motion;

/// The taps exp(−½ (i/σ)²), σ = (size − 1)/4, of an odd size, normalised to a sum of 1.
void ck_spectral_taps(int64_t size, double *taps);

/// y. Without a motion, NULL, the neighbours of a pixel in another frame lie around the same place; with it, around
/// where the flow leads, between pixels with Taylor links, at the nearest pixel with exact ones.
bool ck_spectral_product(
    ck_type type, const ck_spectral *spectral, const ck_spectral_motion *motion, const void *x, const void *d,
    const void *f, void *y);

/// The gradients of x, d and f from that of y; dd and df may both be NULL.
bool ck_spectral_gradient(
    ck_type type, const ck_spectral *spectral, const ck_spectral_motion *motion, const void *x, const void *d,
    const void *f, const void *dy, void *dx, void *dd, void *df);

/// Many steps of the walk on one graph of exact links, which is prepared for them: d, positive, and f are copied, and the
/// motion's volumes, where there are any, must live as long as it does. One thread at a time.
typedef struct ck_spectral_walk ck_spectral_walk;
ck_spectral_walk *ck_spectral_walk_make(
    ck_type type, const ck_spectral *spectral, const ck_spectral_motion *motion, const void *d, const void *f);
void ck_spectral_walk_free(ck_spectral_walk *walk);

/// y_i = Σ_j M_ij·x_j / Σ_j M_ij, M the links d·G·exp(…)·d of the product; x_i where it is that but for 2^-20, in double
/// 2^-49. Each pixel's links are computed only where its neighbours' values differ.
bool ck_spectral_walk_step(ck_spectral_walk *walk, const void *x, void *y);

/// How well the flows between frames and the next ones agree, both [frames, height, width, 2]:
/// 1 / (1 + |flow(p) + back(p + flow(p))|² / tolerance²), 0 where p + flow(p) lies beside the frame.
bool ck_flow_agreement(
    ck_type type, int64_t frames, int64_t height, int64_t width, double tolerance, const void *flow, const void *back,
    void *agreement);

#endif
