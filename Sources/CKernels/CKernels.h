// Hot loops of the tensor in C: one pool of threads, one allocator, and the kernels, each compiled for several CPUs.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "convolution/ck_convolution.h"
#include "convolution/ck_pooling.h"
#include "elementwise/ck_elementwise.h"
#include "elementwise/ck_loss.h"
#include "elementwise/ck_optimizer.h"
#include "elementwise/ck_random.h"
#include "indexing/ck_copy.h"
#include "indexing/ck_index.h"
#include "linear/ck_fourier.h"
#include "linear/ck_linear_algebra.h"
#include "linear/ck_lstm.h"
#include "linear/ck_matmul.h"
#include "reduction/ck_normalization.h"
#include "reduction/ck_reduction.h"
#include "reduction/ck_scan.h"
#include "reduction/ck_softmax.h"
#include "reduction/ck_sort.h"
#include "runtime/ck_allocator.h"
#include "runtime/ck_affinity.h"
#include "runtime/ck_exit.h"
#include "runtime/ck_parallel.h"
#include "runtime/ck_type.h"
#include "sampling/ck_grid_sampling.h"
#include "sampling/ck_resampling.h"
#include "sampling/ck_roi_pooling.h"

#endif
