#include "CFormula.h"

void formula_uniform(const char *name, int64_t count, double offset, double scale, float *values) {
  uint64_t state = 0xcbf29ce484222325;
  for (; *name; name++) state = (state ^ (uint8_t)*name) * 0x100000001b3;
  for (int64_t i = 0; i < count; i++) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    z ^= z >> 31;
    values[i] = (float)(offset + scale * ((double)(z >> 40) / (1 << 24)));
  }
}
