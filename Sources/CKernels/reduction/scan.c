// Walks along an axis, many lanes at once.
#include "runtime/ck_parallel.h"
#include "ck_reduction.h"
#include "lanes.h"
#include "runtime/template.h"

#define TEMPLATE "reduction/scan_template.h"
#include "runtime/each_real.h"
