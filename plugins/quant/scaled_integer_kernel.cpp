// The kernels of integers in units of a scale, compiled once for all formats.
#include "block_elements.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(ScaledInteger)

}  // namespace mase::quant
