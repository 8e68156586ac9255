#ifndef CK_GRAPH_H
#define CK_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

// The space-time graph of volumes [batch, frames, height, width] as a sparse matrix in compressed rows, a row for each
// pixel, with `channels` features f [channels, batch, frames, height, width] and weights d = s^p:
//   M_ij = d_i·d_j·G_ij·exp(−α Σ (f_i − f_j)²)/α,   in the Taylor form 1 − α Σ (f_i − f_j)² in place of the exponential.
typedef struct {
  int64_t batch, frames, height, width, channels;
  int64_t sizes[3];  // of the neighbourhood, odd: time, height, width
  double alpha;
  bool exact;
} ck_graph;

/// Where each row starts, [pixels + 1]; the last is the number of links.
void ck_graph_starts(const ck_graph *graph, int64_t *starts);
/// The links of every row, by rising column.
void ck_graph_links(
    const ck_graph *graph, const double *d, const double *f, const int64_t *starts, int32_t *columns,
    double *values);

/// y = M·x for a matrix of compressed rows.
void ck_sparse_product(
    int64_t rows, const int64_t *starts, const int32_t *columns, const double *values, const double *x,
    double *y);

#endif
