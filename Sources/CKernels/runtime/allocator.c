#include "ck_allocator.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { classes_per_octave = 8, class_count = 64 * classes_per_octave };
static const size_t huge_page = (size_t)2 << 20;

typedef struct block {
  struct block *next;
} block;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static block *free_blocks[class_count];
static ck_memory memory;
static int64_t cache_limit = -1;

// Rounds up to one of eight sizes per power of two, so that at most an eighth of a block is unused.
static size_t size_class(size_t bytes, int *index) {
  if (bytes < 512) bytes = bytes < 64 ? 64 : (bytes + 63) & ~(size_t)63;
  int octave = 63 - __builtin_clzll(bytes);
  size_t step = octave < 9 ? 64 : (size_t)1 << (octave - 3);
  size_t size = (bytes + step - 1) & ~(step - 1);
  if (size >= huge_page) size = (size + 4095) & ~(size_t)4095;
  octave = 63 - __builtin_clzll(size);
  *index = octave * classes_per_octave + (int)((size >> (octave < 3 ? 0 : octave - 3)) & 7);
  return size;
}

static void release_cached(void) {
  for (int i = 0; i < class_count; i++) {
    while (free_blocks[i]) {
      block *first = free_blocks[i];
      free_blocks[i] = first->next;
      free(first);
    }
  }
  memory.cached_bytes = 0;
}

static void *system_block(size_t size) {
  void *result = NULL;
  size_t alignment = size >= huge_page ? huge_page : 64;
  if (posix_memalign(&result, alignment, size) != 0) return NULL;
#ifdef MADV_HUGEPAGE
  if (size >= huge_page) madvise(result, size, MADV_HUGEPAGE);
#endif
  return result;
}

void *ck_allocate(size_t bytes) {
  int index;
  size_t size = size_class(bytes, &index);
  pthread_mutex_lock(&lock);
  block *found = free_blocks[index];
  if (found) {
    free_blocks[index] = found->next;
    memory.cached_bytes -= (int64_t)size;
  } else {
    found = system_block(size);
    if (!found) {
      release_cached();
      found = system_block(size);
    }
  }
  if (found) {
    memory.live_blocks += 1;
    memory.live_bytes += (int64_t)size;
    if (memory.live_bytes > memory.peak_bytes) memory.peak_bytes = memory.live_bytes;
  }
  pthread_mutex_unlock(&lock);
  return found;
}

void ck_deallocate(void *pointer, size_t bytes) {
  if (!pointer) return;
  int index;
  size_t size = size_class(bytes, &index);
  pthread_mutex_lock(&lock);
  if (cache_limit < 0) cache_limit = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 2;
  memory.live_blocks -= 1;
  memory.live_bytes -= (int64_t)size;
  if (memory.cached_bytes + (int64_t)size > cache_limit) {
    free(pointer);
  } else {
    block *freed = pointer;
    freed->next = free_blocks[index];
    free_blocks[index] = freed;
    memory.cached_bytes += (int64_t)size;
  }
  pthread_mutex_unlock(&lock);
}

void ck_trim(void) {
  pthread_mutex_lock(&lock);
  release_cached();
  pthread_mutex_unlock(&lock);
}

void ck_set_cache_limit(size_t bytes) {
  pthread_mutex_lock(&lock);
  cache_limit = (int64_t)bytes;
  if (memory.cached_bytes > cache_limit) release_cached();
  pthread_mutex_unlock(&lock);
}

ck_memory ck_memory_now(void) {
  pthread_mutex_lock(&lock);
  ck_memory now = memory;
  pthread_mutex_unlock(&lock);
  return now;
}

void ck_reset_peak(void) {
  pthread_mutex_lock(&lock);
  memory.peak_bytes = memory.live_bytes;
  pthread_mutex_unlock(&lock);
}
