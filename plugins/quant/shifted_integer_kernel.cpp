// The kernels of integers in units of a scale, zero points added before rounding, compiled once for all formats.
#include "block_elements.h"

namespace mase::quant {

MASE_BLOCK_KERNELS(ShiftedInteger)

}  // namespace mase::quant
