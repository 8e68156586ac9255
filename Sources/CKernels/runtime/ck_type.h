#ifndef CK_TYPE_H
#define CK_TYPE_H

#include <stdbool.h>

// The types of a tensor's elements. A kernel that takes a type returns whether it knows it; where it does not, it has
// done nothing.
typedef enum ck_type {
  ck_type_f32, ck_type_f64, ck_type_i32, ck_type_u8, ck_type_bool, ck_type_bf16,
} ck_type;

#endif
