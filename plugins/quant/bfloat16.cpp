// quant.bfloat16: its own kernel, because its subnormals are those of float32.
#include "bfloat16.h"

namespace mase::quant {
namespace {

struct Bfloat16Nearest {
  MASE_INLINE float operator()(float x) const {
    const int32_t a = bits_of(x) & kMagnitudeMask<float>;
    const int32_t rounded = wrapped_sum(a, 0x7fff + ((a >> 16) & 1)) & 0x7fff0000;
    const int32_t limited = rounded > 0x7f7f0000 ? 0x7f7f0000 : rounded;
    const float y = from_bits<float>(limited | (bits_of(x) & int32_t(0x80000000)));
    return select(x != x, x, y);
  }
};

}  // namespace

bool Bfloat16::fill(const float* x, float* y, const Part& part) const {
  const bool saturates =
      config_.overflow == FloatOverflow::saturate || config_.overflow == FloatOverflow::saturate_symmetric;
  if (config_.rounding == Rounding::nearest_even && saturates) return run(Bfloat16Nearest(), x, y, part);
  return FloatFormat::fill(x, y, part);
}

}  // namespace mase::quant
