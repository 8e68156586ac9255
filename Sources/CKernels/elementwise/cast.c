#include "ck_elementwise.h"

#include "runtime/bfloat16.h"
#include "runtime/ck_parallel.h"
#include "runtime/template.h"

// Comparisons with NaN are false, which sends it to 0.
#define TO_f32(v) (float)(v)
#define TO_f64(v) (double)(v)
#define TO_i32(v)                                                                           \
  ((v) >= 2147483648.0 ? INT32_MAX                                                          \
                       : (v) >= -2147483648.0 ? (int32_t)(v) : (v) < 0 ? INT32_MIN : 0)
#define TO_u8(v) ((v) >= 255 ? 255 : (v) > 0 ? (uint8_t)(v) : 0)
#define TO_bool(v) ((v) != 0)
#define TO_bf16(v) bfloat16_rounded((float)(v))

#define FROM_bf16(v) bfloat16_widened(v)
#define FROM_f32(v) v
#define FROM_f64(v) v
#define FROM_i32(v) v
#define FROM_u8(v) v

#define CAST(from, from_type, to, to_type)                                                  \
  static CK_CLONES void cast_##from##_##to(void *context, int64_t begin, int64_t end) {     \
    const cast_work w = *(const cast_work *)context;                                        \
    const from_type *x = w.x;                                                               \
    to_type *y = w.y;                                                                       \
    VECTORISED for (int64_t i = begin; i < end; i++) {                                      \
      const __typeof__(FROM_##from(x[i])) value = FROM_##from(x[i]);                        \
      y[i] = TO_##to(value);                                                                \
    }                                                                                       \
  }

#define CASTS(from, type)          \
  CAST(from, type, f32, float)     \
  CAST(from, type, f64, double)    \
  CAST(from, type, i32, int32_t)   \
  CAST(from, type, u8, uint8_t)    \
  CAST(from, type, bool, uint8_t)  \
  CAST(from, type, bf16, bfloat16)

#define NAMES(from)                                                                         \
  {cast_##from##_f32, cast_##from##_f64,  cast_##from##_i32,                                \
   cast_##from##_u8,  cast_##from##_bool, cast_##from##_bf16}

typedef struct {
  const void *x;
  void *y;
} cast_work;

CASTS(f32, float)
CASTS(f64, double)
CASTS(i32, int32_t)
CASTS(u8, uint8_t)
CASTS(bf16, bfloat16)

void ck_cast(ck_type from, ck_type to, int64_t count, const void *x, void *y) {
  static const ck_body casts[6][6] = {NAMES(f32), NAMES(f64), NAMES(i32), NAMES(u8), NAMES(u8), NAMES(bf16)};
  cast_work w = {x, y};
  ck_parallel(count, 32768, &w, casts[from][to]);
}
