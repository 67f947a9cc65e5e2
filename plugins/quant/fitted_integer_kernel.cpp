// The kernels of integers in units of a scale that follows from the block, compiled once for all formats.
#include "block_elements.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(FittedInteger)

}  // namespace mase::quant
