// The kernels of small floating-point numbers that share an exponent, compiled once for all formats.
#include "block_elements.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(BlockFloat)

}  // namespace mase::quant
