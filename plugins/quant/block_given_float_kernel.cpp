// The kernels of small floating-point numbers in units of scales known beforehand, compiled once for all formats.
#include "block_elements.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(ScaledFloat)

}  // namespace mase::quant
