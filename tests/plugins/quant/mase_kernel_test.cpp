// Exponents as MASE takes them: floor, ceil and round of a correctly rounded float32 log2, without a logarithm.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "plugins/quant/mase_kernel.h"

using namespace mase::quant;

namespace {

int64_t mismatches(uint32_t bits) {
  const float v = std::bit_cast<float>(bits);
  const auto exact = static_cast<float>(std::log2(static_cast<double>(v)));
  int64_t wrong = static_cast<int>(std::nearbyint(exact)) != round_log2(v);
  if (bits < 0x00800000) return wrong;  // floor and ceil take normal numbers
  wrong += static_cast<int>(std::floor(exact)) != floor_log2(v);
  return wrong + (static_cast<int>(std::ceil(exact)) != ceil_log2(v));
}

}  // namespace

TEST_CASE("exponents near every power of two and its square roots are those of a rounded float32 log2") {
  int64_t wrong = 0;
  for (uint32_t exponent = 1; exponent < 255; ++exponent)
    for (int near = -300; near < 300; ++near) {
      wrong += mismatches((exponent << 23) + static_cast<uint32_t>(near));
      wrong += mismatches((exponent << 23) + 0x3504f3 + static_cast<uint32_t>(near));
    }
  for (uint32_t bits = 1; bits < 0x7f800000; bits += 65537) wrong += mismatches(bits);
  CHECK(wrong == 0);
}

TEST_CASE("powers of two reach from the smallest subnormal number to infinity") {
  CHECK(power_of_two<float>(-149) == 0x1p-149f);
  CHECK(power_of_two<float>(-150) == 0);
  CHECK(power_of_two<float>(127) == 0x1p127f);
  CHECK(std::isinf(power_of_two<float>(128)));
  CHECK(std::isinf(power_of_two<float>(300)));
  CHECK(power_of_two<float>(-300) == 0);
  CHECK(power_of_two<double>(-1074) == 0x1p-1074);
  CHECK(std::isinf(power_of_two<double>(1024)));
}
