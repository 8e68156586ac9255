#define _GNU_SOURCE  // a lock that readers do not keep from writers
#include "plan.h"

#ifdef HAS_ONEDNN_2

#include <dlfcn.h>
#include <pthread.h>

#include "runtime/ck_exit.h"

onednn_functions onednn;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;

static void load(void) {
  void *library = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
#define LOAD(name) *(void **)&onednn.name = dlsym(library, "dnnl_" #name);
  ONEDNN_FUNCTIONS(LOAD)
#undef LOAD
#define MISSING(name) || !onednn.name
  is_loaded = !(false ONEDNN_FUNCTIONS(MISSING));
#undef MISSING
}

bool onednn_load(void) {
  pthread_once(&once, load);
  return is_loaded;
}

// A process that ends destroys the library's tables and compiled kernels while other threads may still compute: the
// calls in work are waited for, and new ones held up.
static pthread_rwlock_t calls = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void hold_up(void) { pthread_rwlock_wrlock(&calls); }
static void let_go(void) { pthread_rwlock_unlock(&calls); }

__attribute__((constructor)) static void start(void) { ck_pause_at_exit(hold_up, let_go); }

bool onednn_begin(void) {
  // The thread that holds up the others gets an error: it does without.
  return onednn_load() && pthread_rwlock_rdlock(&calls) == 0;
}

void onednn_end(void) { pthread_rwlock_unlock(&calls); }

#endif
