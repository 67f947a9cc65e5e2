// The kernels of integers that share an exponent, compiled once for all formats.
#include "block_elements.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(BlockInteger)

}  // namespace mase::quant
