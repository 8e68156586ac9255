// A shim over oneDNN, optional at build time.
#ifndef CONEDNN_H
#define CONEDNN_H

#include <stdbool.h>

/// Whether this build found oneDNN.
bool onednn_is_available(void);

#endif
