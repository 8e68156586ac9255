// Hot loops in C over images, masks and optical flow, each compiled for several CPUs.
#ifndef CVISION_H
#define CVISION_H

#include "ck_flow.h"
#include "ck_hog.h"
#include "ck_image.h"
#include "ck_mask.h"

#endif
