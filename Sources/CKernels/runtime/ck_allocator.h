#ifndef CK_ALLOCATOR_H
#define CK_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

// A caching allocator shared by all threads: 64-byte aligned blocks in size classes, freed blocks kept
// for the next request of their class up to a bound, huge pages asked for where blocks are large.

/// Returns a block of at least `bytes`, or NULL where the system has no more memory.
void *ck_allocate(size_t bytes);
/// Gives a block back; `bytes` is what was asked for.
void ck_deallocate(void *block, size_t bytes);
/// Returns every cached block to the system.
void ck_trim(void);
/// Bounds the bytes kept for reuse.
void ck_set_cache_limit(size_t bytes);

typedef struct {
  int64_t live_blocks;  // handed out and not given back
  int64_t live_bytes;
  int64_t peak_bytes;   // highest live_bytes so far
  int64_t cached_bytes; // kept for reuse
} ck_memory;

ck_memory ck_memory_now(void);
void ck_reset_peak(void);

#endif
