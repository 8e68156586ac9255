#ifndef CK_AFFINITY_H
#define CK_AFFINITY_H

#include <stdint.h>

/// The processors that a process (0: this one) may run on, ascending: writes the first `capacity` of them, and returns how many
/// there are; 0 where the system doesn't say.
int ck_processors(int process, int capacity, int32_t *processors);

/// Moves this process, with all threads that it has, to some processors.
void ck_set_processors(int count, const int32_t *processors);

#endif
