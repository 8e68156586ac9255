// Hot loops in C: one pool of threads, one allocator, and the kernels, each compiled for several CPUs.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_allocator.h"
#include "ck_convolution.h"
#include "ck_copy.h"
#include "ck_elementwise.h"
#include "ck_flow.h"
#include "ck_fourier.h"
#include "ck_graph.h"
#include "ck_grid_sampling.h"
#include "ck_image.h"
#include "ck_lattice.h"
#include "ck_linear_algebra.h"
#include "ck_loss.h"
#include "ck_matmul.h"
#include "ck_measure.h"
#include "ck_normalization.h"
#include "ck_optimizer.h"
#include "ck_parallel.h"
#include "ck_pooling.h"
#include "ck_random.h"
#include "ck_reduction.h"
#include "ck_roi_pooling.h"
#include "ck_sort.h"
#include "ck_spectral.h"
#include "ck_upsample.h"

#endif
