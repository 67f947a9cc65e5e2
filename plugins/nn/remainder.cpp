// nn.remainder: what division leaves, with the sign of the divisor.
#include <ATen/ops/remainder.h>

#include "function.h"

namespace mase::nn {
namespace {

class Remainder final : public Binary<at::remainder> {};

}  // namespace

void add_remainder(Registrar& r) {
  r.add<Remainder>("nn.remainder", "What dividing the first input by the second leaves, with the second's sign");
}

}  // namespace mase::nn
