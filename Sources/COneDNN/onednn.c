#include "COneDNN.h"

#ifdef HAS_ONEDNN
#include <oneapi/dnnl/dnnl_version.h>
#endif

#if defined(HAS_ONEDNN) && DNNL_VERSION_MAJOR == 2

bool onednn_is_available(void) { return true; }

#endif
