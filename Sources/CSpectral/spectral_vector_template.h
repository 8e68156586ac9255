// Vectors of as many pixels as are followed together, on CPUs without such registers of several.

typedef REAL F(vector) __attribute__((ext_vector_type(lanes)));
typedef KEY F(bits) __attribute__((ext_vector_type(lanes)));

INLINE F(vector) F(load)(const REAL *from) {
  F(vector) vector;
  memcpy(&vector, from, sizeof vector);
  return vector;
}

INLINE void F(store)(F(vector) vector, REAL *to) { memcpy(to, &vector, sizeof vector); }
