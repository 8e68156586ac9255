#include "ck_optimizer.h"

#include <math.h>
#include <stddef.h>

#include "runtime/ck_parallel.h"
#include "runtime/template.h"

enum { grain = 1 << 15 };

#define TEMPLATE "elementwise/optimizer_template.h"
#include "runtime/each_real.h"
