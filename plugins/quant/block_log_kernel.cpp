// The kernels of powers of two, compiled once for all formats.
#include "log_element.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(LogElement)

}  // namespace mase::quant
