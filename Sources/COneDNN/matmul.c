#include "COneDNN.h"
#include "ck_parallel.h"
#include "plan.h"

#ifdef HAS_ONEDNN_2

bool onednn_is_available(void) { return onednn_load(); }

typedef struct {
  bool transpose_a, transpose_b;
  int64_t m, n, k, a_stride, b_stride;
  const float *a, *b;
  float beta, *c;
} product;

static bool multiply(const product *it, int64_t matrix) {
  return onednn.sgemm(it->transpose_a ? 'T' : 'N', it->transpose_b ? 'T' : 'N', it->m, it->n, it->k, 1,
                    it->a + matrix * it->a_stride, it->transpose_a ? it->m : it->k, it->b + matrix * it->b_stride,
                    it->transpose_b ? it->k : it->n, it->beta, it->c + matrix * it->m * it->n, it->n)
      == dnnl_success;
}

// Inside a region of the pool, oneDNN runs each product on the thread that asks for it.
static void multiply_share(void *context, int64_t begin, int64_t end) {
  for (int64_t matrix = begin; matrix < end; matrix++) multiply(context, matrix);
}

bool onednn_matmul_batched(int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a,
                           bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                           float beta, float *c) {
  if (m == 0 || n == 0 || k == 0 || !onednn_load()) return false;
  const product it = {transpose_a, transpose_b, m, n, k, a_stride, b_stride, a, b, beta, c};
  if (batch == 1) {
    bool acquired = ck_pool_acquire();
    bool done = multiply(&it, 0);
    ck_pool_release(acquired);
    return done;
  }
  ck_parallel(batch, 1 + 200000 / (m * n * k), (void *)&it, multiply_share);
  return true;
}

#else

bool onednn_is_available(void) { return false; }

bool onednn_matmul_batched(int64_t batch, int64_t a_stride, int64_t b_stride, bool transpose_a,
                           bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                           float beta, float *c) {
  (void)batch, (void)a_stride, (void)b_stride, (void)transpose_a, (void)transpose_b, (void)m, (void)n, (void)k,
      (void)a, (void)b, (void)beta, (void)c;
  return false;
}

#endif

bool onednn_matmul(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a,
                   const float *b, float beta, float *c) {
  return onednn_matmul_batched(1, 0, 0, transpose_a, transpose_b, m, n, k, a, b, beta, c);
}
