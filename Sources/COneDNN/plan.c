#include "plan.h"

#ifdef HAS_ONEDNN_2

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/ck_allocator.h"

enum { capacity = 512 };

typedef struct {
  plan plan;  // first, so that a plan's address is its entry's
  plan_key key;
  int64_t users, last_use;
} entry;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static entry *entries[capacity];
static int entry_count;
static int64_t clock_now;

static dnnl_engine_t engine;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void create_engine(void) {
  if (onednn.engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
  // Plans are kept here: oneDNN need not keep the primitives again.
  onednn.set_primitive_cache_capacity(0);
}

dnnl_engine_t onednn_engine(void) {
  pthread_once(&engine_once, create_engine);
  return engine;
}

dnnl_primitive_attr_t plan_attributes(void) {
  dnnl_primitive_attr_t attributes = NULL;
  onednn.primitive_attr_create(&attributes);
  onednn.primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  return attributes;
}

static void clear(plan *plan) {
  for (int i = 0; i < plan->operand_count; i++) {
    if (plan->operands[i].reorder) onednn.primitive_destroy(plan->operands[i].reorder);
    plan->operands[i].reorder = NULL;
  }
  if (plan->primitive) onednn.primitive_destroy(plan->primitive);
  plan->primitive = NULL;
}

static void reserve_scratch(plan *plan, const_dnnl_primitive_desc_t description) {
  const dnnl_memory_desc_t *scratch = onednn.primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
  size_t bytes = scratch ? onednn.memory_desc_get_size(scratch) : 0;
  if (bytes > plan->scratch_bytes) plan->scratch_bytes = bytes;
}

static bool create_reorder(plan *plan, operand *operand, dnnl_primitive_attr_t attributes) {
  const dnnl_memory_desc_t *from = operand->written ? &operand->chosen : &operand->plain;
  const dnnl_memory_desc_t *to = operand->written ? &operand->plain : &operand->chosen;
  dnnl_primitive_desc_t description;
  if (onednn.reorder_primitive_desc_create(&description, from, onednn_engine(), to, onednn_engine(), attributes)
      != dnnl_success) {
    return false;
  }
  bool created = onednn.primitive_create(&operand->reorder, description) == dnnl_success;
  if (created) reserve_scratch(plan, description);
  onednn.primitive_desc_destroy(description);
  return created;
}

void plan_create(plan *plan, const_dnnl_primitive_desc_t description) {
  const char *implementation = NULL;
  onednn.primitive_desc_query(description, dnnl_query_impl_info_str, 0, &implementation);
  if (!implementation || strncmp(implementation, "ref", 3) == 0) return;
  if (onednn.primitive_create(&plan->primitive, description) != dnnl_success) {
    plan->primitive = NULL;
    return;
  }
  reserve_scratch(plan, description);
  dnnl_primitive_attr_t attributes = plan_attributes();
  for (int i = 0; i < plan->operand_count; i++) {
    operand *operand = &plan->operands[i];
    operand->chosen = *onednn.primitive_desc_query_md(description, dnnl_query_exec_arg_md, operand->argument);
    if (!onednn.memory_desc_equal(&operand->plain, &operand->chosen) && !create_reorder(plan, operand, attributes)) {
      clear(plan);
      break;
    }
  }
  onednn.primitive_attr_destroy(attributes);
}

// A free place of the table: a new one, or the one used longest ago of those that nobody uses now.
static entry *place(void) {
  if (entry_count < capacity) {
    entry *created = calloc(1, sizeof(entry));
    if (created) entries[entry_count++] = created;
    return created;
  }
  entry *oldest = NULL;
  for (int i = 0; i < entry_count; i++) {
    if (entries[i]->users == 0 && (!oldest || entries[i]->last_use < oldest->last_use)) oldest = entries[i];
  }
  if (oldest) {
    clear(&oldest->plan);
    memset(oldest, 0, sizeof(entry));
  }
  return oldest;
}

plan *plan_acquire(const plan_key *key, void (*build)(const plan_key *key, plan *plan)) {
  if (!onednn_begin()) return NULL;
  pthread_mutex_lock(&lock);
  entry *found = NULL;
  for (int i = 0; i < entry_count && !found; i++) {
    if (memcmp(&entries[i]->key, key, sizeof(plan_key)) == 0) found = entries[i];
  }
  if (!found && (found = place())) {
    found->key = *key;
    build(key, &found->plan);
  }
  if (found) {
    found->users++;
    found->last_use = ++clock_now;
  }
  pthread_mutex_unlock(&lock);
  if (!found) onednn_end();
  return found ? &found->plan : NULL;
}

void plan_release(plan *plan) {
  pthread_mutex_lock(&lock);
  ((entry *)plan)->users--;
  pthread_mutex_unlock(&lock);
  onednn_end();
}

static dnnl_memory_t memory_at(const dnnl_memory_desc_t *description, void *array) {
  dnnl_memory_t memory = NULL;
  onednn.memory_create(&memory, description, onednn_engine(), array);
  return memory;
}

static bool reorder(const operand *operand, dnnl_stream_t stream, dnnl_memory_t from,
                    dnnl_memory_t to, dnnl_memory_t scratch) {
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, scratch}};
  return onednn.primitive_execute(operand->reorder, stream, 3, arguments) == dnnl_success;
}

bool plan_run(const plan *plan, void *const arrays[]) {
  enum { most = sizeof plan->operands / sizeof plan->operands[0] };
  dnnl_memory_t plain[most], chosen[most];
  void *buffers[most];
  dnnl_exec_arg_t arguments[most + 1];
  dnnl_stream_t stream;
  if (onednn.stream_create(&stream, onednn_engine(), dnnl_stream_default_flags) != dnnl_success) return false;
  void *scratch_block = ck_allocate(plan->scratch_bytes);
  dnnl_dims_t scratch_size = {(dnnl_dim_t)plan->scratch_bytes};
  dnnl_memory_desc_t scratch_description;
  onednn.memory_desc_init_by_tag(&scratch_description, 1, scratch_size, dnnl_u8, dnnl_a);
  dnnl_memory_t scratch = memory_at(&scratch_description, scratch_block);
  bool done = true;
  for (int i = 0; i < plan->operand_count; i++) {
    const operand *operand = &plan->operands[i];
    plain[i] = memory_at(&operand->plain, arrays[i]);
    chosen[i] = plain[i];
    buffers[i] = NULL;
    if (operand->reorder) {
      buffers[i] = ck_allocate(onednn.memory_desc_get_size(&operand->chosen));
      chosen[i] = memory_at(&operand->chosen, buffers[i]);
      if (!operand->written) done = done && reorder(operand, stream, plain[i], chosen[i], scratch);
    }
    arguments[i] = (dnnl_exec_arg_t){operand->argument, chosen[i]};
  }
  arguments[plan->operand_count] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, scratch};
  done = done && onednn.primitive_execute(plan->primitive, stream, plan->operand_count + 1, arguments) == dnnl_success;
  for (int i = 0; i < plan->operand_count; i++) {
    const operand *operand = &plan->operands[i];
    if (operand->reorder) {
      if (operand->written) done = done && reorder(operand, stream, chosen[i], plain[i], scratch);
      onednn.memory_destroy(chosen[i]);
      ck_deallocate(buffers[i], onednn.memory_desc_get_size(&operand->chosen));
    }
    onednn.memory_destroy(plain[i]);
  }
  onednn.memory_destroy(scratch);
  ck_deallocate(scratch_block, plan->scratch_bytes);
  onednn.stream_destroy(stream);
  return done;
}

#endif
