// Names in the templates, which are compiled for REAL float, SUFFIX f32, then for double and f64.
#ifndef TEMPLATE_H
#define TEMPLATE_H

#define JOINED(name, suffix) name##_##suffix
#define JOIN(name, suffix) JOINED(name, suffix)
#define F(name) JOIN(name, SUFFIX)
#define R(constant) ((REAL)(constant))

// Every iteration stands alone, also where the result overwrites its own operand.
// Loops in double that call the C library stay as they are, which is no news.
#pragma clang diagnostic ignored "-Wpass-failed"
#define VECTORISED _Pragma("clang loop vectorize(assume_safety)")

#endif
