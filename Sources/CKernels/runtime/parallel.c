#define _GNU_SOURCE  // environ
#include "ck_parallel.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// libgomp, loaded rather than linked: how long its idle threads spin is read from the environment when it is
// loaded, and must be said before. By default they spin for milliseconds, which costs a factor of ten where
// another process, or a data loader, wants a CPU too.
static struct {
  void (*parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
  int (*thread)(void);
  int (*threads)(void);
  int (*max_threads)(void);
  void (*set_threads)(int);
} omp;

// OpenBLAS keeps a pool of its own, whose threads spin: it runs on one thread here, and the callers divide
// the work over this pool instead.
extern void openblas_set_num_threads(int);

static atomic_int thread_count = 0;
static atomic_flag pool_taken = ATOMIC_FLAG_INIT;
static _Thread_local bool thread_is_serial = false;
static _Thread_local ck_thread this_thread = {0};

// As many for each CPU as may still make sense: far more can't be started, and end the process.
static int most_threads(void) {
  long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  return 8 * (cpus > 2 ? (int)cpus : 2);
}

static void *load_libgomp(void) {
  char **before = environ;
  bool is_ours = !getenv("GOMP_SPINCOUNT") && !getenv("OMP_WAIT_POLICY");
  if (is_ours) setenv("GOMP_SPINCOUNT", "10000", 1);
  const char *threads = getenv("OMP_NUM_THREADS");
  char *asked = threads && strtol(threads, NULL, 10) > most_threads() ? strdup(threads) : NULL;
  if (asked) {
    char most[16];
    snprintf(most, sizeof most, "%d", most_threads());
    setenv("OMP_NUM_THREADS", most, 1);
  }
  void *library = dlopen("libgomp.so.1", RTLD_NOW | RTLD_GLOBAL);
  // Back to the array as it was, without what was added: where Swift's library is linked statically, it starts after this,
  // and looks for the program's arguments beside that array.
  environ = before;
  if (asked) setenv("OMP_NUM_THREADS", asked, 1);
  free(asked);
  return library;
}

__attribute__((constructor)) static void start(void) {
  openblas_set_num_threads(1);
  void *library = load_libgomp();
  if (!library) return;
  *(void **)&omp.thread = dlsym(library, "omp_get_thread_num");
  *(void **)&omp.threads = dlsym(library, "omp_get_num_threads");
  *(void **)&omp.max_threads = dlsym(library, "omp_get_max_threads");
  *(void **)&omp.set_threads = dlsym(library, "omp_set_num_threads");
  *(void **)&omp.parallel = dlsym(library, "GOMP_parallel");
}

int ck_thread_count(void) {
  int count = atomic_load_explicit(&thread_count, memory_order_relaxed);
  if (count == 0) {
    count = omp.parallel ? omp.max_threads() : 1;
    atomic_store(&thread_count, count);
  }
  return count;
}

void ck_set_thread_count(int count) {
  int most = most_threads();
  atomic_store(&thread_count, count < 1 ? 1 : count < most ? count : most);
}

bool ck_pool_acquire(void) {
  int count = ck_thread_count();
  bool acquired =
      !thread_is_serial && !atomic_flag_test_and_set_explicit(&pool_taken, memory_order_acquire);
  if (omp.parallel) omp.set_threads(acquired ? count : 1);
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

// ThreadSanitizer does not see through libgomp: what a region's start and end put in order is said by these.
#ifdef CK_THREAD_SANITIZER
extern void __tsan_release(void *);
extern void __tsan_acquire(void *);
#define BEFORE(work) __tsan_release(work)
#define AFTER(work) __tsan_acquire(work)
#else
#define BEFORE(work)
#define AFTER(work)
#endif

static void run_share(void *data) {
  AFTER(data);
  const region *work = data;
  int64_t threads = omp.threads(), thread = omp.thread();
  int64_t begin = work->count * thread / threads, end = work->count * (thread + 1) / threads;
  if (begin < end) work->body(work->context, begin, end);
  BEFORE(data);
}

void ck_parallel(int64_t count, int64_t grain, void *context, ck_body body) {
  if (count <= 0) return;
  int64_t threads = ck_thread_count();
  int64_t pieces = grain > 0 ? count / grain : count;
  if (pieces < threads) threads = pieces;
  if (threads > 1 && omp.parallel) {
    bool acquired = ck_pool_acquire();
    if (acquired) {
      region work = {count, context, body};
      BEFORE(&work);
      omp.parallel(run_share, &work, (unsigned)threads, 0);
      AFTER(&work);
      ck_pool_release(acquired);
      return;
    }
  }
  body(context, 0, count);
}

bool ck_set_thread_serial(bool serial) {
  bool before = thread_is_serial;
  thread_is_serial = serial;
  return before;
}

ck_thread *ck_this_thread(void) { return &this_thread; }
