#include "COneDNN.h"
#include "runtime/ck_parallel.h"
#include "plan.h"

#ifdef HAS_ONEDNN_2

bool onednn_is_available(void) { return onednn_load(); }

typedef struct {
  bool transpose_a, transpose_b;
  int64_t m, n, k, a_stride, b_stride;
  const float *a, *b;
  float *c;
} product;

static bool multiply(const product *it, int64_t matrix) {
  return onednn.sgemm(it->transpose_a ? 'T' : 'N', it->transpose_b ? 'T' : 'N', it->m, it->n, it->k, 1,
                    it->a + matrix * it->a_stride, it->transpose_a ? it->m : it->k, it->b + matrix * it->b_stride,
                    it->transpose_b ? it->k : it->n, 0, it->c + matrix * it->m * it->n, it->n)
      == dnnl_success;
}

// Inside a region of the pool, oneDNN runs each product on the thread that asks for it.
static void multiply_share(void *context, int64_t begin, int64_t end) {
  for (int64_t matrix = begin; matrix < end; matrix++) multiply(context, matrix);
}

static bool multiply_f32(
    int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m, int64_t n,
    int64_t k, const float *a, const float *b, float *c) {
  if (!onednn_begin()) return false;
  const product it = {transpose_a, transpose_b, m, n, k, a_stride, b_stride, a, b, c};
  bool done = true;
  if (batch == 1) {
    bool acquired = ck_pool_acquire();
    done = multiply(&it, 0);
    ck_pool_release(acquired);
  } else {
    ck_parallel(batch, 1 + 200000 / (m * n * k), (void *)&it, multiply_share);
  }
  onednn_end();
  return done;
}

// Rows of which laying out the other matrix takes little of the time.
enum { many_rows = 256 };

// A batch of matrices, or one.
static void describe_matrices(
    dnnl_memory_desc_t *result, int rank, int64_t batch, int64_t rows, int64_t columns, bool transpose) {
  dnnl_dims_t sizes = {batch, rows, columns}, strides = {rows * columns, columns, 1};
  if (transpose) strides[1] = 1, strides[2] = rows;
  onednn.memory_desc_init_by_strides(result, rank, sizes + 3 - rank, dnnl_bf16, strides + 3 - rank);
}

static void build(const plan_key *key, plan *plan) {
  const matrix_sizes *it = &key->matrices;
  int64_t batch = it->a_batch > it->b_batch ? it->a_batch : it->b_batch;
  int rank = batch == 1 ? 2 : 3;
  dnnl_memory_desc_t a, b, c, chosen;
  describe_matrices(&a, rank, it->a_batch, it->m, it->k, it->transpose_a);
  describe_matrices(&b, rank, it->b_batch, it->k, it->n, it->transpose_b);
  describe_matrices(&c, rank, batch, it->m, it->n, false);
  chosen = b;
  if (rank == 2 && it->m >= many_rows) {
    onednn.memory_desc_init_by_tag(&chosen, rank, b.dims, dnnl_bf16, dnnl_format_tag_any);
  }
  dnnl_matmul_desc_t operation;
  if (onednn.matmul_desc_init(&operation, &a, &chosen, NULL, &c) != dnnl_success) return;
  dnnl_primitive_attr_t attributes = plan_attributes();
  dnnl_primitive_desc_t description;
  dnnl_status_t status = onednn.primitive_desc_create(&description, &operation, attributes, onednn_engine(), NULL);
  onednn.primitive_attr_destroy(attributes);
  if (status != dnnl_success) return;
  plan->operands[0] = (operand){DNNL_ARG_SRC, false, .plain = a};
  plan->operands[1] = (operand){DNNL_ARG_WEIGHTS, false, .plain = b};
  plan->operands[2] = (operand){DNNL_ARG_DST, true, .plain = c};
  plan->operand_count = 3;
  plan_create(plan, description);
  onednn.primitive_desc_destroy(description);
}

static bool multiply_bf16(
    int64_t a_batch, int64_t b_batch, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a,
    const void *b, void *c) {
  bool acquired = ck_pool_acquire();
  plan_key key = {.operation = matrix_product, .bfloat16 = true, .threads = acquired ? ck_thread_count() : 1};
  key.matrices = (matrix_sizes){a_batch, b_batch, m, n, k, transpose_a, transpose_b};
  plan *plan = plan_acquire(&key, build);
  bool done = false;
  if (plan) {
    void *const arrays[] = {(void *)a, (void *)b, c};
    done = plan->primitive && plan_run(plan, arrays);
    plan_release(plan);
  }
  ck_pool_release(acquired);
  return done;
}

bool onednn_matmul(
    ck_type type, int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m,
    int64_t n, int64_t k, const void *a, const void *b, void *c) {
  if (m == 0 || n == 0 || k == 0) return false;
  if (type == ck_type_f32) return multiply_f32(batch, a_stride, b_stride, transpose_a, transpose_b, m, n, k, a, b, c);
  // An operand whose batch is 1 is shared by all.
  return type == ck_type_bf16
      && multiply_bf16(
          a_stride == 0 ? 1 : batch, b_stride == 0 ? 1 : batch, transpose_a, transpose_b, m, n, k, a, b, c);
}

#else

bool onednn_is_available(void) { return false; }

bool onednn_matmul(
    ck_type type, int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a, bool transpose_b, int64_t m,
    int64_t n, int64_t k, const void *a, const void *b, void *c) {
  (void)type, (void)batch, (void)a_stride, (void)b_stride, (void)transpose_a, (void)transpose_b, (void)m, (void)n,
      (void)k, (void)a, (void)b, (void)c;
  return false;
}

#endif
