#ifndef CK_LATTICE_H
#define CK_LATTICE_H

#include <stdint.h>

// Gaussian filtering of scattered points by the permutohedral lattice (Adams, Baek and Davis, Eurographics 2010): each
// value is shared out among the d + 1 corners of its simplex, the lattice is blurred along its d + 1 directions,
// and each point gathers from its corners again. Linear in the points, and in the dimensions nearly so.
typedef struct ck_lattice ck_lattice;

/// The lattice of points whose positions [points, dimensions] are in units of the Gaussian's standard deviation; at most
/// 2^31 − 1 points times dimensions + 1.
ck_lattice *ck_lattice_make(int64_t points, int64_t dimensions, const float *positions);
void ck_lattice_free(ck_lattice *lattice);

/// y_i ≈ Σ_j exp(−½‖p_i − p_j‖²)·x_j up to a common factor, for x and y [points, channels].
void ck_lattice_filter(const ck_lattice *lattice, int64_t channels, const float *x, float *y);

#endif
