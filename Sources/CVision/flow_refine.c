#include "flow_level.h"

enum { warps = 2, most_systems = 2, grain_rows = 32 };
// Of the systems that are solved for each warp.
static const int sweeps[warps][most_systems] = {{2, 3}, {4}};

void flow_refine(flow_level *levels, int flows) {
  int64_t height = levels->first->height;
  for (int i = 0; i < flows; i++) {
    levels[i].mean = flow_plane_make(levels[i].first->width, height);
    levels[i].change = flow_plane_make(levels[i].first->width, height);
  }
  for (int warp = 0; warp < warps; warp++) {
    for (int i = 0; i < flows; i++) levels[i].warp = levels[i].from = levels[i].field;
    flow_take(flow_warp_rows, levels, flows, height, grain_rows);
    for (int system = 0; system < most_systems && sweeps[warp][system] > 0; system++) {
      for (int i = 0; i < flows; i++) {
        levels[i].to = levels[i].spare[system];
        levels[i].sweeps = sweeps[warp][system];
      }
      flow_take(flow_solve_rows, levels, flows, height, grain_rows);
      for (int i = 0; i < flows; i++) {
        levels[i].from = levels[i].to;
        // What is solved is the field, what was the field is spare.
        levels[i].spare[system] = levels[i].field;
        levels[i].field = levels[i].to;
      }
    }
  }
  for (int i = 0; i < flows; i++) {
    flow_plane_free(levels[i].mean);
    flow_plane_free(levels[i].change);
  }
}
