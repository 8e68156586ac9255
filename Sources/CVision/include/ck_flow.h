#ifndef CK_FLOW_H
#define CK_FLOW_H

#include <stdint.h>

// Dense optical flow, coarse to fine: on each level of a pyramid, patches are searched by inverse composition
// and averaged (DIS: Kroeger et al., ECCV 2016), then a robust variational energy is minimised around the
// result (Brox et al., ECCV 2004).

/// A frame's grey levels, from its own size down to a few pixels.
typedef struct ck_flow_frame ck_flow_frame;

/// Of grey levels [height, width].
ck_flow_frame *ck_flow_frame_make(const uint8_t *pixels, int64_t width, int64_t height);
void ck_flow_frame_free(ck_flow_frame *frame);

/// The flow from the first frame to the second of the same size, and back unless `back` is null: second(p + there(p)) is
/// first(p). A flow [height, width, 2] gets (dx, dy) in pixels. Frames are only read.
void ck_flow_between(const ck_flow_frame *first, const ck_flow_frame *second, float *there, float *back);

/// Where points of the first grey image [height, width] are in the second, by pyramidal Lucas–Kanade: points [count, 2]
/// of (x, y), pixel centres at halves, are replaced. A point whose surroundings are flat stays where the levels above
/// left it.
void ck_flow_points_u8(const uint8_t *first, const uint8_t *second, int64_t width, int64_t height, int64_t count,
                       float *points);

#endif
