#include "plan.h"

#ifdef HAS_ONEDNN_2

#include <dlfcn.h>
#include <pthread.h>

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

#endif
