// Where the walk stands still. The map of a frame holds at each pixel the one value of all pixels around it, as far as the
// kernel reaches, and no number where there are several; a tile's value is the one of all its pixels' in the map.

typedef struct {
  F(spectral_work) graph;
  ck_spectral_walk *walk;
  REAL *values, *map, *tiles;  // rings of frames: d·x with a border of zeros, the map and its tiles
} F(walk_work);

// The frame `offset` after the one at work, in the rings.
INLINE int64_t F(walk_slot)(const F(walk_work) * work, int64_t offset) {
  const ck_spectral *s = work->graph.spectral;
  return (work->graph.frame % s->frames + offset + ring_length(s)) % ring_length(s);
}

INLINE REAL *F(walk_map)(const F(walk_work) * work, int64_t offset) {
  return work->map + F(walk_slot)(work, offset) * work->graph.spectral->height * work->graph.pitch;
}

INLINE REAL *F(walk_tiles)(const F(walk_work) * work, int64_t offset) {
  return work->tiles + F(walk_slot)(work, offset) * tile_count(work->graph.spectral);
}

INLINE REAL *F(walk_values)(const F(walk_work) * work, int64_t offset) {
  return work->values + F(walk_slot)(work, offset) * work->graph.plane;
}

// A frame's d, and the planes of its features behind it.
INLINE REAL *F(walk_planes)(const F(walk_work) * work, int64_t frame) {
  return (REAL *)work->walk->planes + frame * F(exact_frame)(&work->graph);
}

// Where row h begins in planes with a border.
INLINE int64_t F(walk_row_start)(const F(walk_work) * work, int64_t h) {
  const ck_spectral *s = work->graph.spectral;
  return (h + s->sizes[1] / 2) * work->graph.pitch + s->sizes[2] / 2;
}

// A row of the map, from x and the rows around it; scratch of a row and the kernel's width.
INLINE void F(walk_map_row)(const ck_spectral *s, const REAL *const *rows, REAL *column, REAL *map) {
  int64_t kh = s->sizes[1], kw = s->sizes[2], width = s->width;
  REAL *middle = column + kw / 2;
  memcpy(middle, rows[kh / 2], (size_t)width * sizeof(REAL));
  for (int64_t b = 0; b < kh; b++) {
    const REAL *row = rows[b];
    VECTORISED
    for (int64_t i = 0; i < width; i++) middle[i] = row[i] == middle[i] ? middle[i] : R(NAN);
  }
  // The pixels at the sides are among those that the ones beside them would be compared with.
  for (int64_t a = 0; a < kw / 2; a++) {
    column[a] = middle[0];
    middle[width + a] = middle[width - 1];
  }
  memcpy(map, middle, (size_t)width * sizeof(REAL));
  for (int64_t a = 0; a < kw; a++) {
    VECTORISED
    for (int64_t i = 0; i < width; i++) map[i] = column[i + a] == map[i] ? map[i] : R(NAN);
  }
}

// A row of tiles of the frame at work into the rings; scratch of two rows and the kernel's width.
CK_CLONES static void F(walk_enter_tiles)(const F(walk_work) * work, int64_t row, REAL *scratch) {
  const ck_spectral *s = work->graph.spectral;
  int64_t width = s->width, height = s->height, kh = s->sizes[1], frame = work->graph.frame;
  const REAL *x = work->graph.x + frame * height * width, *rows[kh];
  REAL *common = scratch, *column = scratch + width;
  for (int64_t h = row * tile_height; h < height && h < (row + 1) * tile_height; h++) {
    for (int64_t b = 0; b < kh; b++) {
      int64_t near = h + b - kh / 2;
      rows[b] = x + (near < 0 ? 0 : near < height ? near : height - 1) * width;
    }
    REAL *map = F(walk_map)(work, 0) + h * work->graph.pitch;
    F(walk_map_row)(s, rows, column, map);
    if (h == row * tile_height) memcpy(common, map, (size_t)width * sizeof(REAL));
    const REAL *d = F(walk_planes)(work, frame) + F(walk_row_start)(work, h), *own = x + h * width;
    REAL *value = F(walk_values)(work, 0) + F(walk_row_start)(work, h);
    VECTORISED
    for (int64_t i = 0; i < width; i++) {
      value[i] = d[i] * own[i];
      common[i] = map[i] == common[i] ? common[i] : R(NAN);
    }
  }
  for (int64_t tile = 0; tile < tiles_across(s); tile++) {
    REAL held = common[tile * tile_width];
    for (int64_t i = tile * tile_width; i < end_of_tile(s, tile); i++) held = common[i] == held ? held : R(NAN);
    F(walk_tiles)(work, 0)[row * tiles_across(s) + tile] = held;
  }
}

// The one value that all of a tile's pixels take, or no number.
INLINE REAL F(walk_held)(const F(walk_work) * work, int64_t row, int64_t tile) {
  const ck_spectral *s = work->graph.spectral;
  int64_t kt = s->sizes[0], across = tiles_across(s), place = row * across + tile;
  const tile_box *boxes = work->walk->reach + (work->graph.frame * tile_count(s) + place) * kt;
  REAL held = F(walk_tiles)(work, 0)[place];
  for (int64_t k = 0; k < kt && held == held; k++) {
    const REAL *tiles = F(walk_tiles)(work, k - kt / 2);
    for (int64_t y = boxes[k].top; y <= boxes[k].bottom; y++)
      for (int64_t x = boxes[k].left; x <= boxes[k].right; x++) held = tiles[y * across + x] == held ? held : R(NAN);
  }
  return held;
}
