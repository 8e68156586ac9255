// Includes TEMPLATE for float and for double (template.h).
#include "runtime/template.h"

#define LOAD(value) (value)
#define STORE(value) (value)

#define REAL float
#define STORED float
#define SUFFIX f32
#define TYPE ck_type_f32
#define BITS int32_t
#define KEY uint32_t
#define LIBM(name) name##f
#define BLAS(name) cblas_s##name
#define LAPACK(name) LAPACKE_s##name
#include TEMPLATE
#undef REAL
#undef STORED
#undef SUFFIX
#undef TYPE
#undef BITS
#undef KEY
#undef LIBM
#undef BLAS
#undef LAPACK

#define REAL double
#define STORED double
#define SUFFIX f64
#define TYPE ck_type_f64
#define BITS int64_t
#define KEY uint64_t
#define LIBM(name) name
#define BLAS(name) cblas_d##name
#define LAPACK(name) LAPACKE_d##name
#include TEMPLATE
#undef REAL
#undef STORED
#undef SUFFIX
#undef TYPE
#undef BITS
#undef KEY
#undef LIBM
#undef BLAS
#undef LAPACK

#undef LOAD
#undef STORE
#undef TEMPLATE
