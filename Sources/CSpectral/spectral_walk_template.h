// The walk on the exact graph: in a step each pixel takes the mean of its neighbours, weighted by their links. Where all of
// them hold one value that is the mean, and no link is computed: most of a mask is like that.

// Rows begin ..< end of all frames' planes, with their borders.
CK_CLONES static void F(walk_enter_planes)(void *context, int64_t begin, int64_t end) {
  const F(walk_work) *work = context;
  const ck_spectral *s = work->graph.spectral;
  int64_t pitch = work->graph.pitch, rows = work->graph.plane / pitch, side = s->sizes[2] / 2;
  for (int64_t row = begin; row < end; row++) {
    int64_t plane = row / rows, frame = plane / (1 + s->channels), q = plane % (1 + s->channels);
    int64_t h = row % rows - s->sizes[1] / 2, at = (frame * s->height + h) * s->width;
    REAL *to = F(walk_planes)(work, 0) + row * pitch;
    memset(to, 0, (size_t)pitch * sizeof(REAL));
    if (h < 0 || h >= s->height) continue;
    const REAL *from = at + (q == 0 ? work->graph.d : work->graph.f + (q - 1) * work->graph.channel_step);
    REAL scale = q == 0 ? 1 : work->graph.scale;
    for (int64_t i = 0; i < s->width; i++) to[side + i] = from[i] * scale;
  }
}

// Scratch for paths into as many frames as the kernel is long, which start one from the other's end.
static size_t F(walk_paths_bytes)(const ck_spectral *s) {
  return (size_t)s->sizes[0] * F(spectral_path_bytes)(s->width);
}

static void F(walk_paths_in)(char *scratch, const ck_spectral *s, F(spectral_path) *paths) {
  for (int64_t k = 0; k < s->sizes[0]; k++) {
    paths[k] = F(spectral_path_in)(scratch + k * F(spectral_path_bytes)(s->width), s->width);
    paths[k].x = paths[0].x;
    paths[k].y = paths[0].y;
    paths[k].weight = paths[0].weight;
  }
}

// The paths of a row's pixels; those that lead to no frame stay as they are.
INLINE void F(walk_follow)(const F(spectral_work) * graph, int64_t frame, int64_t h, const F(spectral_path) *paths) {
  const ck_spectral *s = graph->spectral;
  int64_t half = s->sizes[0] / 2, item = frame / s->frames, t = frame % s->frames;
  for (int64_t side = 0; side < 2; side++) {
    for (int64_t step = side; step <= half; step++) {
      int64_t offset = side == 0 ? step : -step;
      if (t + offset < 0 || t + offset >= s->frames) break;
      F(spectral_step_row)(graph, item, t, offset, h, 1, paths[half + offset]);
      F(exact_places)(graph, graph->taps[0][half + offset], paths[half + offset]);
    }
  }
}

// What the patches of a run's next pixels bring: Σ links·d·x, and Σ links·d.
INLINE void F(walk_take)(
    const F(spectral_work) * graph, int64_t channels, const REAL *f, const REAL *values, const REAL *planes, REAL *taken,
    REAL *links) {
  int64_t plane = graph->plane, below = graph->spectral->sizes[1] * graph->pitch;
  F(vector) sum = 0, degree = 0, abreast_links[abreast];
  // What the row below will need.
  __builtin_prefetch(values + below);
  for (int64_t q = 0; q < 1 + channels; q++) __builtin_prefetch(planes + q * plane + below);
  for (int64_t k = 0; k < graph->neighbours; k += abreast) {
    F(exact_links)(graph, channels, k, f, planes + plane, abreast_links, NULL);
    for (int64_t j = 0; j < abreast; j++) {
      sum += abreast_links[j] * F(load)(values + graph->offsets[k + j]);
      degree += abreast_links[j] * F(load)(planes + graph->offsets[k + j]);
    }
  }
  F(store)(sum, taken);
  F(store)(degree, links);
}

// The one value of all around a row's pixels, in all frames, or no number.
INLINE void F(walk_look)(
    const F(walk_work) * work, int64_t h, const F(spectral_path) *paths, REAL *found, REAL *held) {
  const ck_spectral *s = work->graph.spectral;
  int64_t pitch = work->graph.pitch, t = work->graph.frame % s->frames, count = paths[0].count;
  memcpy(held, F(walk_map)(work, 0) + h * pitch + paths[0].first, (size_t)count * sizeof(REAL));
  for (int64_t k = first_offset(s, t); k <= last_offset(s, t); k++) {
    F(spectral_path) path = paths[s->sizes[0] / 2 + k];
    const REAL *map = F(walk_map)(work, k);
    for (int64_t i = 0; i < count; i += F(spectral_run_length)(path, i)) {
      if (path.index[i] < 0) continue;
      F(store)(F(load)(map + path.index[i]), found + i);
      __builtin_prefetch(map + path.index[i] + pitch);
    }
    VECTORISED
    for (int64_t i = 0; i < count; i++) held[i] = path.index[i] < 0 || found[i] == held[i] ? held[i] : R(NAN);
  }
}

// A row of y, or a part of it, along its paths; scratch of five rows.
INLINE void F(walk_row)(const F(walk_work) * work, int64_t h, const F(spectral_path) *paths, REAL *rows) {
  const ck_spectral *s = work->graph.spectral;
  int64_t channels = s->channels, pitch = work->graph.pitch, frame = work->graph.frame, t = frame % s->frames;
  int64_t first = paths[0].first, count = paths[0].count, at = (frame * s->height + h) * s->width + first;
  REAL *held = rows, *taken = held + pitch, *links = taken + pitch, *sums = links + pitch, *degrees = sums + pitch;
  F(walk_follow)(&work->graph, frame, h, paths);
  F(walk_look)(work, h, paths, taken, held);
  memset(sums, 0, (size_t)(2 * pitch) * sizeof(REAL));
  const REAL *f = F(walk_planes)(work, frame) + work->graph.plane + F(walk_row_start)(work, h) + first;
  for (int64_t k = first_offset(s, t); k <= last_offset(s, t); k++) {
    F(spectral_path) path = paths[s->sizes[0] / 2 + k];
    VECTORISED
    for (int64_t i = 0; i < count; i++) path.index[i] = held[i] == held[i] ? -1 : path.index[i];
    F(spectral_join)(path);
    for (int64_t i = 0; i < count; i += F(spectral_run_length)(path, i)) {
      if (path.index[i] < 0) continue;
      const REAL *values = F(walk_values)(work, k) + path.index[i];
      const REAL *planes = F(walk_planes)(work, frame + k) + path.index[i];
      if (channels == 1)
        F(walk_take)(&work->graph, 1, f + i, values, planes, taken + i, links + i);
      else if (channels == 3)
        F(walk_take)(&work->graph, 3, f + i, values, planes, taken + i, links + i);
      else
        F(walk_take)(&work->graph, channels, f + i, values, planes, taken + i, links + i);
    }
    VECTORISED
    for (int64_t i = 0; i < count; i++) {
      sums[i] += path.index[i] < 0 ? 0 : path.share[0][i] * taken[i];
      degrees[i] += path.index[i] < 0 ? 0 : path.share[0][i] * links[i];
    }
  }
  // What changes by no more than rounding does stays as it is, or all of a frame would differ before long.
  REAL rest = sizeof(REAL) == 4 ? R(0x1p-20) : R(0x1p-49), *y = work->graph.y + at;
  const REAL *x = work->graph.x + at;
  VECTORISED
  for (int64_t i = 0; i < count; i++) {
    REAL mean = sums[i] / degrees[i];
    mean = F(fabs)(mean - x[i]) <= rest ? x[i] : mean;
    y[i] = held[i] == held[i] ? held[i] : mean;
  }
}

// A part of a row of tiles of the frame at work.
CK_CLONES static void F(walk_finish_tiles)(
    const F(walk_work) * work, int64_t part, F(spectral_path) *paths, REAL *rows) {
  const ck_spectral *s = work->graph.spectral;
  int64_t across = tiles_across(s), frame = work->graph.frame, row = part / row_parts;
  int64_t begin = across * (part % row_parts) / row_parts, end = across * (part % row_parts + 1) / row_parts;
  REAL held[across];
  for (int64_t tile = begin; tile < end; tile++) held[tile] = F(walk_held)(work, row, tile);
  for (int64_t tile = begin, next; tile < end; tile = next) {
    bool holds = held[tile] == held[tile];
    for (next = tile + 1; next < end && (held[next] == held[next]) == holds; next++) {}
    int64_t first = tile * tile_width, last = end_of_tile(s, next - 1);
    for (int64_t k = 0; k < s->sizes[0]; k++) {
      paths[k].first = first;
      paths[k].count = last - first;
    }
    for (int64_t h = row * tile_height; h < s->height && h < (row + 1) * tile_height; h++) {
      REAL *y = work->graph.y + (frame * s->height + h) * s->width;
      if (holds)
        for (int64_t i = first; i < last; i++) y[i] = held[i / tile_width];
      else
        F(walk_row)(work, h, paths, rows);
    }
  }
}

// One frame is finished while another one enters; below 0 there is none. Some tiles take far longer than others, so that
// threads take them as long as there are any.
typedef struct {
  F(walk_work) finishing, entering;
  atomic_long next;
} F(walk_pass);

static void F(walk_advance)(void *context, int64_t begin, int64_t end) {
  F(walk_pass) *pass = context;
  const ck_spectral *s = pass->finishing.graph.spectral;
  size_t path_bytes = F(walk_paths_bytes)(s), bytes = path_bytes + (size_t)(5 * pass->finishing.graph.pitch) * sizeof(REAL);
  char *scratch = ck_allocate(bytes);
  REAL *rows = (REAL *)(scratch + path_bytes);
  F(spectral_path) paths[s->sizes[0]];
  F(walk_paths_in)(scratch, s, paths);
  int64_t finished = pass->finishing.graph.frame < 0 ? 0 : tiles_down(s) * row_parts;
  int64_t entered = pass->entering.graph.frame < 0 ? 0 : tiles_down(s);
  for (int64_t part; (part = atomic_fetch_add(&pass->next, 1)) < finished + entered;)
    if (part < finished)
      F(walk_finish_tiles)(&pass->finishing, part, paths, rows);
    else
      F(walk_enter_tiles)(&pass->entering, part - finished, rows);
  ck_deallocate(scratch, bytes);
}

// The work of a walk; taps has room for those along the axes and those over space, offsets for these.
static F(walk_work) F(walk_work_of)(ck_spectral_walk *walk, int64_t *offsets, REAL *taps) {
  const ck_spectral *s = &walk->spectral;
  F(walk_work) work = {.graph = {.spectral = s, .motion = walk->moves ? &walk->motion : NULL}, .walk = walk};
  F(spectral_set_taps)(&work.graph, taps);
  F(exact_prepare)(&work.graph, offsets, taps + tap_count(s));
  return work;
}

static void F(walk_make)(ck_spectral_walk *walk, const REAL *d, const REAL *f) {
  const ck_spectral *s = &walk->spectral;
  int64_t offsets[neighbour_count(s)];
  REAL taps[tap_count(s) + neighbour_count(s)];
  F(walk_work) work = F(walk_work_of)(walk, offsets, taps);
  int64_t frames = s->batch * s->frames, plane = work.graph.plane, pitch = work.graph.pitch;
  int64_t planes = frames * (1 + s->channels), ring = plane + s->height * pitch + tile_count(s);
  walk->rings_bytes = (size_t)(ring_length(s) * ring) * sizeof(REAL);
  walk->planes_bytes = (size_t)(planes * plane) * sizeof(REAL);
  walk->reach_bytes = (size_t)(frames * tile_count(s) * s->sizes[0]) * sizeof(tile_box);
  walk->rings = ck_allocate(walk->rings_bytes);
  walk->planes = ck_allocate(walk->planes_bytes);
  walk->reach = ck_allocate(walk->reach_bytes);
  memset(walk->rings, 0, walk->rings_bytes);
  work.graph.d = d;
  work.graph.f = f;
  ck_parallel(planes * plane / pitch, 1, &work, F(walk_enter_planes));
  F(walk_find_reach)(&work);
}

static void F(walk_step)(ck_spectral_walk *walk, const REAL *x, REAL *y) {
  const ck_spectral *s = &walk->spectral;
  int64_t half = s->sizes[0] / 2;
  if (tile_count(s) == 0) return;
  int64_t offsets[neighbour_count(s)];
  REAL taps[tap_count(s) + neighbour_count(s)];
  F(walk_work) work = F(walk_work_of)(walk, offsets, taps);
  work.values = walk->rings;
  work.map = work.values + ring_length(s) * work.graph.plane;
  work.tiles = work.map + ring_length(s) * s->height * work.graph.pitch;
  work.graph.x = x;
  work.graph.y = y;
  F(walk_pass) pass = {.finishing = work, .entering = work};
  for (int64_t item = 0; item < s->batch; item++)
    for (int64_t t = 0; t <= s->frames + half; t++) {
      pass.entering.graph.frame = t < s->frames ? item * s->frames + t : -1;
      pass.finishing.graph.frame = t > half ? item * s->frames + t - half - 1 : -1;
      pass.next = 0;
      ck_parallel(ck_thread_count(), 1, &pass, F(walk_advance));
    }
}
