// From a kernel's entry, which takes its elements' type as a value, to the template's instance for it. Each of these ends
// the function: with true after the work, with false where there is no such instance.
#ifndef DISPATCH_H
#define DISPATCH_H

#include "runtime/ck_type.h"

#define RUN_INSTANCE(suffix, name, ...) \
  case ck_type_##suffix:                \
    name##_##suffix(__VA_ARGS__);       \
    return true;

// Of templates compiled by each_real.h, each_stored.h, each_number.h.
#define RUN_REAL(type, name, ...)            \
  switch (type) {                            \
    RUN_INSTANCE(f32, name, __VA_ARGS__)     \
    RUN_INSTANCE(f64, name, __VA_ARGS__)     \
    default: return false;                   \
  }
#define RUN_STORED(type, name, ...)          \
  switch (type) {                            \
    RUN_INSTANCE(bf16, name, __VA_ARGS__)    \
    RUN_INSTANCE(f32, name, __VA_ARGS__)     \
    RUN_INSTANCE(f64, name, __VA_ARGS__)     \
    default: return false;                   \
  }
#define RUN_NUMBER(type, name, ...)          \
  switch (type) {                            \
    RUN_INSTANCE(i32, name, __VA_ARGS__)     \
    RUN_INSTANCE(f32, name, __VA_ARGS__)     \
    RUN_INSTANCE(f64, name, __VA_ARGS__)     \
    default: return false;                   \
  }

#endif
