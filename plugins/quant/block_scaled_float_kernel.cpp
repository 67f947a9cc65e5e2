// The kernels of floating-point numbers in units of two scales, compiled once for all formats.
#include "block_elements.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(DoublyScaledFloat)

}  // namespace mase::quant
