#include "COneDNN.h"

bool onednn_is_available(void) {
#ifdef HAS_ONEDNN
  return true;
#else
  return false;
#endif
}
