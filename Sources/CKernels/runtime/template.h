// Names in templates. A file defines TEMPLATE, the path of a header, and includes each_real.h, or each_stored.h where
// bfloat16 is stored too; the header is then compiled for each type, with
//
//   REAL, SUFFIX         float and f32, double and f64, float and bf16; F(name) is name_f32, …
//   TYPE                 ck_type_f32 or ck_type_f64
//   STORED, LOAD, STORE  how elements lie in memory: as they are, or as bfloat16
//   BITS, KEY            signed and unsigned integers of REAL's size
//   LIBM(name)           the C library's function: sqrtf, sqrt
//   BLAS(name), LAPACK(name)
#ifndef TEMPLATE_H
#define TEMPLATE_H

#define JOINED(name, suffix) name##_##suffix
#define JOIN(name, suffix) JOINED(name, suffix)
#define F(name) JOIN(name, SUFFIX)
#define R(constant) ((REAL)(constant))

#define INLINE static inline __attribute__((always_inline))

// Every iteration stands alone, also where the result overwrites its own operand.
// Loops in double that call the C library stay as they are, which is no news.
#pragma clang diagnostic ignored "-Wpass-failed"
#define VECTORISED _Pragma("clang loop vectorize(assume_safety)")

#endif
