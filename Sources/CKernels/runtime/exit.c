#include "ck_exit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum { capacity = 8 };
static struct {
  void (*pause)(void), (*resume)(void);
} registered[capacity];
static atomic_int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static pthread_key_t key;
static _Thread_local bool has_paused = false;

static void pause_all(void *unused) {
  (void)unused;
  has_paused = true;
  for (int i = atomic_load(&count) - 1; i >= 0; i--) registered[i].pause();
}

static void resume_all(void *unused) {
  (void)unused;
  // Not so where the main thread ends before the process does.
  for (int i = 0; has_paused && i < atomic_load(&count); i++) registered[i].resume();
}

void ck_pause_at_exit(void (*pause)(void), void (*resume)(void)) {
  pthread_mutex_lock(&lock);
  int place = atomic_load(&count);
  if (place == capacity) abort();
  registered[place].pause = pause;
  registered[place].resume = resume;
  atomic_store(&count, place + 1);
  pthread_mutex_unlock(&lock);
}

// The order of `atexit` is of no use: a library registers what it destroys when that is first used, at any time. But
// before all that, `exit` destroys the calling thread's thread-local objects of C++. The end of a thread does so too, and
// goes on to destroy the thread's values of keys, which `exit` does not: that tells them apart.
extern int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *place_in_library) __attribute__((weak));

void ck_thread_may_exit(void) {
  static _Thread_local bool is_known = false;
  if (is_known || !__cxa_thread_atexit_impl) return;
  is_known = true;
  pthread_setspecific(key, &key);
  __cxa_thread_atexit_impl(pause_all, NULL, &key);
}

__attribute__((constructor)) static void start(void) {
  pthread_key_create(&key, resume_all);
  ck_thread_may_exit();
}
