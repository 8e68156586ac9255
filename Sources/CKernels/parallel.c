#include "ck_parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

// libgomp's entry points, declared here because clang ships without omp.h.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int);

// OpenBLAS keeps a pool of its own, whose threads spin: it runs on one thread here, and the
// callers divide the work over this pool instead.
extern void openblas_set_num_threads(int);

static atomic_int thread_count = 0;
static atomic_flag pool_taken = ATOMIC_FLAG_INIT;
static _Thread_local void *thread_tape = NULL;
static _Thread_local bool thread_is_serial = false;

__attribute__((constructor)) static void start(void) {
  openblas_set_num_threads(1);
}

int ck_thread_count(void) {
  int count = atomic_load_explicit(&thread_count, memory_order_relaxed);
  if (count == 0) {
    count = omp_get_max_threads();
    atomic_store(&thread_count, count);
  }
  return count;
}

void ck_set_thread_count(int count) {
  atomic_store(&thread_count, count < 1 ? 1 : count);
}

bool ck_pool_acquire(void) {
  int count = ck_thread_count();
  bool acquired =
      !thread_is_serial && !atomic_flag_test_and_set_explicit(&pool_taken, memory_order_acquire);
  omp_set_num_threads(acquired ? count : 1);
  return acquired;
}

void ck_pool_release(bool acquired) {
  if (acquired) atomic_flag_clear_explicit(&pool_taken, memory_order_release);
}

typedef struct {
  int64_t count;
  void *context;
  ck_body body;
} region;

static void run_share(void *data) {
  const region *work = data;
  int64_t threads = omp_get_num_threads(), thread = omp_get_thread_num();
  int64_t begin = work->count * thread / threads, end = work->count * (thread + 1) / threads;
  if (begin < end) work->body(work->context, begin, end);
}

void ck_parallel(int64_t count, int64_t grain, void *context, ck_body body) {
  if (count <= 0) return;
  int64_t threads = ck_thread_count();
  int64_t pieces = grain > 0 ? count / grain : count;
  if (pieces < threads) threads = pieces;
  if (threads > 1) {
    bool acquired = ck_pool_acquire();
    if (acquired) {
      region work = {count, context, body};
      GOMP_parallel(run_share, &work, (unsigned)threads, 0);
      ck_pool_release(acquired);
      return;
    }
  }
  body(context, 0, count);
}

void ck_keep_thread_serial(void) { thread_is_serial = true; }

void *ck_thread_tape(void) { return thread_tape; }
void ck_set_thread_tape(void *tape) { thread_tape = tape; }
