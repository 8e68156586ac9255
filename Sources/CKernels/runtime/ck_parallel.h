#ifndef CK_PARALLEL_H
#define CK_PARALLEL_H

#include <stdbool.h>
#include <stdint.h>

// A function marked so is compiled for AVX-512, AVX2 and the baseline; the loader picks one. Not where all is compiled
// for one CPU (SFVIDEO_CPU), nor under ThreadSanitizer, which the loader's question who picks comes too early for.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CK_THREAD_SANITIZER
#define CK_ONE_CPU
#endif
#endif
#if defined(__x86_64__) && defined(__linux__) && !defined(CK_ONE_CPU)
#define CK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CK_CLONES
#endif

// The one pool of threads is libgomp's, which oneDNN uses too. One thread at a time drives it:
// a caller that finds it taken (another thread, or a nested call) runs alone.

typedef void (*ck_body)(void *context, int64_t begin, int64_t end);

/// Runs body over [0, count), cut into one contiguous piece per thread, none shorter than `grain`.
void ck_parallel(int64_t count, int64_t grain, void *context, ck_body body);

/// Takes the pool for a library that starts its own parallel regions on it (oneDNN). If the pool is
/// taken already, returns false and limits this thread's regions to one thread. Always pair with a release.
bool ck_pool_acquire(void);
void ck_pool_release(bool acquired);

/// The number of threads kernels use; from OMP_NUM_THREADS, otherwise the number of CPUs.
int ck_thread_count(void);
void ck_set_thread_count(int count);

/// Whether the calling thread's kernels keep to it, so that a thread that works beside the training one never has the
/// pool when that wants it. Returns what was set before.
bool ck_set_thread_serial(bool serial);

/// What the scopes that a thread is in mean for the calls within them.
typedef struct {
  /// The recording in progress, owned by the caller; NULL outside.
  void *tape;
  /// Whether layers evaluate, even in a recording.
  bool is_evaluating;
  /// Whether random numbers come from a stream of the thread's own, and where that stands.
  bool has_random_state;
  uint64_t random_state;
} ck_thread;

/// The calling thread's.
ck_thread *ck_this_thread(void);

#endif
