// Which tiles of the frames around those of a walk's tiles reach: at least what the flow leads to, from the least and the
// greatest flow of the tiles on the way.

typedef struct {
  REAL left, top, right, bottom;
} F(walk_box);

typedef struct {
  const F(walk_work) * walk;
  F(walk_box) *flows;  // of the flow on, and of the flow back: the tiles of all frames
} F(reach_work);

INLINE void F(walk_widen)(F(walk_box) *box, F(walk_box) other) {
  box->left = other.left < box->left ? other.left : box->left;
  box->top = other.top < box->top ? other.top : box->top;
  box->right = other.right > box->right ? other.right : box->right;
  box->bottom = other.bottom > box->bottom ? other.bottom : box->bottom;
}

// The least and the greatest flow of rows begin ..< end of tiles, of both flows, of all frames: of each column, then of each
// tile; `low` and `high` are rows of scratch. What leads further than a frame is long leads out of it; what is no number
// leads nowhere.
CK_CLONES static void F(walk_bound_rows)(
    const F(reach_work) * work, int64_t begin, int64_t end, REAL *low, REAL *high) {
  const F(spectral_work) *graph = &work->walk->graph;
  const ck_spectral *s = graph->spectral;
  int64_t across = tiles_across(s), down = tiles_down(s), frames = s->batch * s->frames, width = s->width;
  REAL far = R(s->width + s->height);
  for (int64_t row = begin; row < end; row++) {
    int64_t frame = row / down % frames, top = row % down * tile_height;
    for (int64_t i = 0; i < 2 * width; i++) {
      low[i] = far;
      high[i] = -far;
    }
    for (int64_t h = top; h < s->height && h < top + tile_height; h++) {
      const REAL *flow = (const REAL *)graph->motion->flow[row / (frames * down)] + 2 * (frame * s->height + h) * width;
      VECTORISED
      for (int64_t i = 0; i < 2 * width; i++) {
        low[i] = flow[i] < low[i] ? flow[i] : low[i];
        high[i] = flow[i] > high[i] ? flow[i] : high[i];
      }
    }
    for (int64_t tile = 0; tile < across; tile++) {
      F(walk_box) box = {far, far, -far, -far};
      for (int64_t i = tile * tile_width; i < end_of_tile(s, tile); i++)
        F(walk_widen)(&box, (F(walk_box)){low[2 * i], low[2 * i + 1], high[2 * i], high[2 * i + 1]});
      box.left = box.left < -far ? -far : box.left;
      box.top = box.top < -far ? -far : box.top;
      box.right = box.right > far ? far : box.right;
      box.bottom = box.bottom > far ? far : box.bottom;
      work->flows[row * across + tile] = box;
    }
  }
}

static void F(walk_bound_flows)(void *context, int64_t begin, int64_t end) {
  const F(reach_work) *work = context;
  int64_t width = work->walk->graph.spectral->width;
  size_t bytes = (size_t)(4 * width) * sizeof(REAL);
  REAL *rows = ck_allocate(bytes);
  F(walk_bound_rows)(work, begin, end, rows, rows + 2 * width);
  ck_deallocate(rows, bytes);
}

// The tiles of places within a box, those beside the frame excepted, which may be all.
INLINE tile_box F(walk_tiles_of)(const ck_spectral *s, F(walk_box) box) {
  REAL left = box.left > 0 ? box.left : 0, top = box.top > 0 ? box.top : 0;
  REAL right = box.right < R(s->width - 1) ? box.right : R(s->width - 1);
  REAL bottom = box.bottom < R(s->height - 1) ? box.bottom : R(s->height - 1);
  if (left > right || top > bottom) return (tile_box){1, 1, 0, 0};
  return (tile_box){
      (int16_t)((int64_t)top / tile_height), (int16_t)((int64_t)left / tile_width),
      (int16_t)((int64_t)bottom / tile_height), (int16_t)((int64_t)right / tile_width)};
}

// A step of the flow from where a tile's pixels lie: between pixels, except for the first one.
INLINE void F(walk_move)(const ck_spectral *s, const F(walk_box) *flows, bool between, F(walk_box) *box) {
  F(walk_box) over = *box, flow = {R(INFINITY), R(INFINITY), R(-INFINITY), R(-INFINITY)};
  if (between) {
    over.right += 1;
    over.bottom += 1;
    // Beside the frame the flow is 0.
    bool inside = box->left >= 0 && box->top >= 0 && over.right < R(s->width) && over.bottom < R(s->height);
    if (!inside) flow = (F(walk_box)){0};
  }
  tile_box tiles = F(walk_tiles_of)(s, over);
  for (int64_t y = tiles.top; y <= tiles.bottom; y++)
    for (int64_t x = tiles.left; x <= tiles.right; x++) F(walk_widen)(&flow, flows[y * tiles_across(s) + x]);
  // A little more, for rounding.
  box->left += flow.left - R(0.01);
  box->top += flow.top - R(0.01);
  box->right += flow.right + R(0.01);
  box->bottom += flow.bottom + R(0.01);
}

// The reach of rows begin ..< end of tiles, of all frames.
static void F(walk_reach)(void *context, int64_t begin, int64_t end) {
  const F(reach_work) *work = context;
  const F(spectral_work) *graph = &work->walk->graph;
  const ck_spectral *s = graph->spectral;
  int64_t across = tiles_across(s), down = tiles_down(s), tiles = tile_count(s), half = s->sizes[0] / 2;
  for (int64_t row = begin; row < end; row++) {
    int64_t frame = row / down, t = frame % s->frames, top = row % down * tile_height;
    int64_t bottom = top + tile_height < s->height ? top + tile_height : s->height;
    for (int64_t tile = 0; tile < across; tile++) {
      tile_box *boxes = work->walk->walk->reach + (row * across + tile) * s->sizes[0] + half;
      F(walk_box) own = {R(tile * tile_width), R(top), R(end_of_tile(s, tile) - 1), R(bottom - 1)};
      for (int64_t k = -half; k <= half; k++) boxes[k] = (tile_box){1, 1, 0, 0};
      boxes[0] = F(walk_tiles_of)(s, own);
      for (int64_t side = 0; side < 2; side++) {
        F(walk_box) box = own;
        const F(walk_box) *flows = work->flows + side * s->batch * s->frames * tiles;
        for (int64_t step = 1; step <= half; step++) {
          int64_t direction = side == 0 ? 1 : -1, offset = direction * step;
          if (t + offset < 0 || t + offset >= s->frames) break;
          if (graph->motion) F(walk_move)(s, flows + (frame + offset - direction) * tiles, step > 1, &box);
          // Of pixels at the nearest places.
          F(walk_box) nearest = {
              F(floor)(box.left + R(0.5)), F(floor)(box.top + R(0.5)), F(floor)(box.right + R(0.5)),
              F(floor)(box.bottom + R(0.5))};
          boxes[offset] = F(walk_tiles_of)(s, nearest);
        }
      }
    }
  }
}

static void F(walk_find_reach)(const F(walk_work) * walk) {
  const ck_spectral *s = walk->graph.spectral;
  int64_t rows = s->batch * s->frames * tiles_down(s);
  size_t bytes = (size_t)(2 * rows * tiles_across(s)) * sizeof(F(walk_box));
  F(reach_work) work = {walk, ck_allocate(bytes)};
  if (walk->graph.motion) ck_parallel(2 * rows, 1, &work, F(walk_bound_flows));
  ck_parallel(rows, 1, &work, F(walk_reach));
  ck_deallocate(work.flows, bytes);
}
