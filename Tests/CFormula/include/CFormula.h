#pragma once
#include <stdint.h>

/// `count` numbers that belong to a name, offset + scale·u with u uniform in [0, 1): splitmix64, seeded with the FNV-1a
/// hash of the name, as Fixtures/formula.py has them. Networks have tens of millions of weights, too many for a loop in
/// a debug build.
void formula_uniform(const char *name, int64_t count, double offset, double scale, float *values);
