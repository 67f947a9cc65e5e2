// 8-bit posits as the 2022 standard defines them: the value of a code, and the code of a value.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace unum {

// The value of a positive code of `bits` bits with `es` exponent bits; exact in double. Behind the sign stand
// a run of equal bits, the bit that ends it, the exponent and the fraction; exponent bits that were cut off
// are 0.
inline double posit_value(uint32_t code, int bits, int es) {
  const auto bit = [&](int i) { return i >= 0 ? (code >> i) & 1 : 0; };
  int run = 1;
  while (run < bits - 1 && bit(bits - 2 - run) == bit(bits - 2)) ++run;
  const int regime = bit(bits - 2) ? run - 1 : -run;
  int place = bits - 3 - run;  // first bit of the exponent
  int exponent = 0;
  for (int i = 0; i < es; ++i) exponent = 2 * exponent + static_cast<int>(bit(place--));
  const int fraction_bits = std::max(place + 1, 0);
  const uint32_t fraction = code & ((1u << fraction_bits) - 1);
  return std::ldexp(1 + std::ldexp(fraction, -fraction_bits), (regime << es) + exponent);
}

// posit<8, es>. Codes are two's complement: -127...127, and kNaR, which is not a real number.
class Posit8 {
 public:
  static constexpr int64_t kNaR = -128;

  explicit Posit8(int es) {
    for (uint32_t code = 1; code < 128; ++code) values_[code] = posit_value(code, 8, es);
    // What lies between two codes is decided by the posit that has one bit more and lies between them.
    for (uint32_t code = 1; code < 127; ++code) borders_[code - 1] = posit_value(2 * code + 1, 9, es);
  }

  double value(int64_t code) const {
    if (code == kNaR) return std::nan("");
    return code < 0 ? -values_[static_cast<size_t>(-code)] : values_[static_cast<size_t>(code)];
  }

  // The nearest code, the even one on a border. Nothing becomes 0 or kNaR but 0 and NaN themselves.
  int64_t code(double x) const {
    if (x == 0) return 0;
    if (std::isnan(x)) return kNaR;
    const double magnitude = std::fabs(x);
    const auto border = std::lower_bound(borders_.begin(), borders_.end(), magnitude);
    int64_t code = border - borders_.begin() + 1;
    if (border != borders_.end() && *border == magnitude) code += code & 1;
    return x < 0 ? -code : code;
  }

 private:
  std::array<double, 128> values_{};   // of codes 0...127
  std::array<double, 126> borders_{};  // between codes 1 and 2, ..., 126 and 127
};

}  // namespace unum
