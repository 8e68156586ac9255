#ifndef CK_FLOW_H
#define CK_FLOW_H

#include <stdint.h>

// Dense optical flow, coarse to fine: on each level of a pyramid, patches are searched by inverse composition
// and averaged (DIS: Kroeger et al., ECCV 2016), then a robust variational energy is minimised around the
// result (Brox et al., ECCV 2004).

typedef struct {
  int64_t width, height;
  int64_t stride;          // between patches, in pixels, 1…8
  int64_t descents;        // steps of one patch's search, at most
  int64_t warps;           // how often the energy is linearised, on each level
  int64_t reweightings;    // of the robust terms, for each linearisation
  int64_t sweeps;          // of successive over-relaxation, for each reweighting
  float brightness, gradient, smoothness;  // the weights of the energy's terms
  float edge;              // how much an image gradient (grey levels per pixel, squared) lets the flow jump
} ck_flow_settings;

/// The flow from the first image to the second, both grey [height, width]: second(p + flow(p)) is first(p).
/// `flow` [height, width, 2] gets (dx, dy) in pixels.
void ck_flow_u8(const ck_flow_settings *settings, const uint8_t *first, const uint8_t *second, float *flow);

/// Where points of the first grey image [height, width] are in the second, by pyramidal Lucas–Kanade: points [count, 2]
/// of (x, y), pixel centres at halves, are replaced. A point whose surroundings are flat stays where the levels above
/// left it.
void ck_flow_points_u8(const uint8_t *first, const uint8_t *second, int64_t width, int64_t height, int64_t count,
                       float *points);

#endif
