// Includes TEMPLATE for int32_t, for float and for double (template.h).
#include "runtime/template.h"

#define REAL int32_t
#define SUFFIX i32
#include TEMPLATE
#undef REAL
#undef SUFFIX

#include "runtime/each_real.h"
