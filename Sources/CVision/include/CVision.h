// Hot loops in C over images and optical flow, each compiled for several CPUs.
#ifndef CVISION_H
#define CVISION_H

#include "ck_boundary.h"
#include "ck_flow.h"
#include "ck_hog.h"
#include "ck_image.h"
#include "ck_region.h"

#endif
