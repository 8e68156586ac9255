// Planned calls of oneDNN: a primitive with the layouts it chose, kept in a bounded table and shared by all
// threads. Compiled where the build found oneDNN 2.
#ifndef PLAN_H
#define PLAN_H

#ifdef HAS_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#if DNNL_VERSION_MAJOR == 2
#define HAS_ONEDNN_2 1
#endif
#endif

#ifdef HAS_ONEDNN_2

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "convolution/ck_convolution.h"
#include "library.h"

typedef enum { forward, input_gradient, filter_gradient, matrix_product } operation;

// The sizes of a batch of matrix products; an operand that is shared by the batch has one matrix.
typedef struct {
  int64_t a_batch, b_batch, m, n, k, transpose_a, transpose_b;
} matrix_sizes;

// What a plan is made for. Compared byte by byte, so every member is eight bytes long.
typedef struct {
  int64_t operation, bfloat16, bias, threads;
  union {
    ck_convolution convolution;
    matrix_sizes matrices;
  };
} plan_key;

// An array the primitive reads or writes: how the caller lays it out, and how the primitive wants it.
typedef struct {
  int argument;
  bool written;
  dnnl_memory_desc_t plain, chosen;
  dnnl_primitive_t reorder;  // between the two; NULL where they are the same
} operand;

typedef struct {
  dnnl_primitive_t primitive;  // NULL where oneDNN has no fast one
  int operand_count;
  operand operands[4];
  size_t scratch_bytes;
} plan;

/// The processor, for every description of memory; created once.
dnnl_engine_t onednn_engine(void);

/// Attributes that leave scratch memory to the caller. Destroyed by the caller.
dnnl_primitive_attr_t plan_attributes(void);

/// Makes the primitive of `plan` from its description, and the reorders between the operands' layouts.
/// Leaves it NULL where oneDNN would use a reference implementation.
void plan_create(plan *plan, const_dnnl_primitive_desc_t description);

/// The plan for a key, made by `build` where the table has none. Paired with a release.
/// NULL where every plan of the table is in use, the library is missing, or can't be used any more.
plan *plan_acquire(const plan_key *key, void (*build)(const plan_key *key, plan *plan));
void plan_release(plan *plan);

/// Runs a plan on arrays given in the order of its operands; the caller holds the pool of threads.
bool plan_run(const plan *plan, void *const arrays[]);

#endif
#endif
