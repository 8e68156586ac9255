#ifndef CK_HOG_H
#define CK_HOG_H

#include <stdint.h>

#include "ck_image.h"

enum { ck_hog_channels = 31 };

/// Histograms of oriented gradients (Felzenszwalb et al., TPAMI 2010) of an image in cells of `cell` × `cell` pixels:
/// `features` [height / cell, width / cell, 31] gets 18 directions, 9 orientations, and the energy beside each of four
/// blocks of cells. Cells at the edge are normalised with the edge repeated.
void ck_hog_u8(const uint8_t *source, ck_image_shape shape, int64_t cell, float *features);

#endif
