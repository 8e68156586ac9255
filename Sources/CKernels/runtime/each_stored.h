// Includes TEMPLATE for bfloat16, on which float computes, for float and for double (template.h).
#include "runtime/bfloat16.h"
#include "runtime/template.h"

#define LOAD(value) bfloat16_widened(value)
#define STORE(value) bfloat16_rounded(value)
#define REAL float
#define STORED bfloat16
#define SUFFIX bf16
#define LIBM(name) name##f
#include TEMPLATE
#undef LOAD
#undef STORE
#undef REAL
#undef STORED
#undef SUFFIX
#undef LIBM

#include "runtime/each_real.h"
