#include "flow_level.h"

enum { systems = 3, grain_rows = 32 };
// Of the systems, each weighted by the flow that the one before it gave. To warp the image anew by that flow would add
// nothing.
static const int sweeps[systems] = {2, 3, 4};

void flow_refine(flow_level *levels, int flows) {
  int64_t height = levels->first->height;
  for (int i = 0; i < flows; i++) {
    levels[i].mean = flow_plane_make(levels[i].first->width, height);
    levels[i].change = flow_plane_make(levels[i].first->width, height);
    levels[i].warp = levels[i].from = levels[i].field;
  }
  flow_take(flow_warp_rows, levels, flows, height, grain_rows);
  for (int system = 0; system < systems; system++) {
    for (int i = 0; i < flows; i++) {
      levels[i].to = levels[i].spare[system % 2];
      levels[i].sweeps = sweeps[system];
    }
    flow_take(flow_solve_rows, levels, flows, height, grain_rows);
    for (int i = 0; i < flows; i++) levels[i].from = levels[i].to;
  }
  for (int i = 0; i < flows; i++) {
    // What was solved last is the field, what was the field is spare.
    levels[i].spare[(systems - 1) % 2] = levels[i].warp;
    levels[i].field = levels[i].to;
    flow_plane_free(levels[i].mean);
    flow_plane_free(levels[i].change);
  }
}
