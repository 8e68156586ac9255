// Hot loops in C of SFSeg and the dense CRF, spectral steps, sparse graphs and the permutohedral lattice, each
// compiled for several CPUs.
#ifndef CSPECTRAL_H
#define CSPECTRAL_H

#include "ck_graph.h"
#include "ck_lattice.h"
#include "ck_spectral.h"

#endif
