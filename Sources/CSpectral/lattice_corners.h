// The corners of a permutohedral lattice, numbered from 0 in the order in which they turn up: a hash table with open
// addressing over the first d coordinates of each; the last one follows, for they sum to 0.
#ifndef LATTICE_CORNERS_H
#define LATTICE_CORNERS_H

#include <stdint.h>
#include <string.h>

#include "runtime/ck_allocator.h"

typedef struct {
  int64_t dimensions, count, capacity;  // the capacity is a power of two, kept at least twice the count
  int32_t *keys;                        // [capacity / 2, dimensions]
  int32_t *slots;                       // a corner's number + 1, or 0
} corner_table;

static inline size_t corner_key_bytes(const corner_table *table) {
  return (size_t)(table->capacity / 2 * table->dimensions) * sizeof(int32_t);
}

static corner_table corner_table_sized(int64_t dimensions, int64_t capacity) {
  corner_table table = {dimensions, 0, capacity, NULL, NULL};
  table.keys = ck_allocate(corner_key_bytes(&table));
  table.slots = ck_allocate((size_t)capacity * sizeof(int32_t));
  memset(table.slots, 0, (size_t)capacity * sizeof(int32_t));
  return table;
}

static corner_table corner_table_make(int64_t dimensions) {
  return corner_table_sized(dimensions, 1 << 16);
}

static void corner_table_free(corner_table *table) {
  ck_deallocate(table->keys, corner_key_bytes(table));
  ck_deallocate(table->slots, (size_t)table->capacity * sizeof(int32_t));
}

static inline const int32_t *corner_key(const corner_table *table, int64_t corner) {
  return table->keys + corner * table->dimensions;
}

// The slot of a key, or the empty one where it belongs.
static inline int64_t corner_slot(const corner_table *table, const int32_t *key) {
  uint64_t hash = 0;
  for (int64_t i = 0; i < table->dimensions; i++)
    hash = (hash ^ (uint32_t)key[i]) * UINT64_C(0x9e3779b97f4a7c15);
  int64_t slot = (int64_t)((hash ^ hash >> 32) & (uint64_t)(table->capacity - 1));
  size_t bytes = (size_t)table->dimensions * sizeof(int32_t);
  while (table->slots[slot] && memcmp(corner_key(table, table->slots[slot] - 1), key, bytes) != 0)
    slot = (slot + 1) & (table->capacity - 1);
  return slot;
}

/// The number of a corner, or `missing`.
static inline int32_t corner_find(const corner_table *table, const int32_t *key, int32_t missing) {
  int32_t found = table->slots[corner_slot(table, key)];
  return found ? found - 1 : missing;
}

/// The number of a corner, a new one where it is new.
static int32_t corner_insert(corner_table *table, const int32_t *key) {
  int64_t slot = corner_slot(table, key);
  if (table->slots[slot]) return table->slots[slot] - 1;
  if (table->count == table->capacity / 2) {
    corner_table larger = corner_table_sized(table->dimensions, 2 * table->capacity);
    for (int64_t c = 0; c < table->count; c++) corner_insert(&larger, corner_key(table, c));
    corner_table_free(table);
    *table = larger;
    slot = corner_slot(table, key);
  }
  memcpy(table->keys + table->count * table->dimensions, key, (size_t)table->dimensions * sizeof(int32_t));
  table->count++;
  table->slots[slot] = (int32_t)table->count;
  return (int32_t)table->count - 1;
}

#endif
