#define _GNU_SOURCE
#include "ck_affinity.h"

#include <dirent.h>
#include <sched.h>
#include <stdlib.h>

int ck_processors(int process, int capacity, int32_t *processors) {
  cpu_set_t set;
  if (sched_getaffinity(process, sizeof set, &set) != 0) return 0;
  int count = 0;
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &set)) continue;
    if (count < capacity) processors[count] = i;
    count++;
  }
  return count;
}

void ck_set_processors(int count, const int32_t *processors) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < count; i++) CPU_SET(processors[i], &set);
  DIR *threads = opendir("/proc/self/task");
  if (!threads) return;
  for (struct dirent *entry; (entry = readdir(threads));) {
    int thread = atoi(entry->d_name);
    if (thread > 0) sched_setaffinity(thread, sizeof set, &set);
  }
  closedir(threads);
}
