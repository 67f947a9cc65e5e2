// Every path of the floating-point kernels against a search among all values of the format.
#include "plugins/quant/float_kernel.h"
#include "roundings.h"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

using namespace mase::quant;

namespace {

// Saturating, by the definition: the two neighbours of |x| among the values, and what the rounding says of them.
double reference(const FloatSpec& f, double x, Rounding rounding) {
  const double a = std::fabs(x);
  const bool negative = std::signbit(x);
  int64_t low = 0;
  while (low < f.max_code() && f.value(low + 1) <= a) ++low;
  const double below = f.value(low), above = low < f.max_code() ? f.value(low + 1) : below;
  bool up = a - below > above - a;
  const bool tie = a - below == above - a;
  if (rounding == Rounding::nearest_even) up |= tie && low % 2 == 1;
  if (rounding == Rounding::nearest_away) up |= tie;
  if (rounding == Rounding::nearest_up) up |= tie && !negative;
  if (rounding == Rounding::nearest_down) up |= tie && negative;
  if (rounding == Rounding::floor) up = negative && a > below;
  if (rounding == Rounding::ceil) up = !negative && a > below;
  if (rounding == Rounding::toward_zero) up = false;
  if (rounding == Rounding::away_from_zero) up = a > below;
  const double y = up ? above : below;
  if (y == 0 && !f.has_negative_zero()) return 0;
  return negative ? -y : y;
}

std::vector<float> inputs(const FloatSpec& f) {
  std::vector<float> all;
  for (int64_t code = 0; code <= f.max_code(); ++code) {
    const auto v = static_cast<float>(f.value(code));
    const auto middle = static_cast<float>((f.value(code) + f.value(std::min(code + 1, f.max_code()))) / 2);
    for (const float seed : {v, middle})
      for (const float x : {std::nextafter(seed, -1.0f), seed, std::nextafter(seed, INFINITY)}) {
        all.push_back(x);
        all.push_back(-x);
      }
  }
  for (const float x : {1e-40f, 1e-30f, 1e30f, INFINITY}) all.push_back(x), all.push_back(-x);
  return all;
}

template <class T>
int64_t mismatches(const FloatSpec& f, Rounding rounding, Isa isa) {
  std::vector<T> x;
  for (const float v : inputs(f)) x.push_back(static_cast<T>(v));
  std::vector<T> y(x.size());
  const Part part{0, static_cast<int64_t>(x.size()), 0, isa};
  run_float(FloatGrid(f), rounding, FloatOverflow::saturate, x.data(), y.data(), part);
  int64_t wrong = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double expected = reference(f, static_cast<double>(x[i]), rounding), got = static_cast<double>(y[i]);
    if (std::bit_cast<uint64_t>(expected) == std::bit_cast<uint64_t>(got)) continue;
    if (wrong++ == 0) UNSCOPED_INFO(x[i] << " became " << got << ", expected " << expected);
  }
  return wrong;
}

}  // namespace

TEST_CASE("every path of the float kernels finds the value that the rounding says") {
  const FloatSpec specs[] = {{4, 3, 7, FloatKind::fn},     {5, 2, 15, FloatKind::ieee},  {4, 3, 8, FloatKind::fnuz},
                             {3, 0, 3, FloatKind::finite}, {4, 0, 6, FloatKind::finite}, {1, 2, 0, FloatKind::finite},
                             {2, 5, 1, FloatKind::finite}, {5, 2, 140, FloatKind::ieee}};  // below float32's exponents
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (!supported(isa)) continue;
    for (const FloatSpec& f : specs)
      for (const Rounding rounding : kRoundings) {
        INFO("path " << int(isa) << " e" << f.exponent_bits << "m" << f.mantissa_bits << " bias " << f.bias
                     << " rounding " << int(rounding));
        CHECK(mismatches<float>(f, rounding, isa) == 0);
        CHECK(mismatches<double>(f, rounding, isa) == 0);
      }
  }
}

TEST_CASE("beyond the range float elements saturate, vanish, or become infinite as the rounding says") {
  const FloatGrid e5m2(FloatSpec{5, 2, 15, FloatKind::ieee});
  const std::vector<float> x = {1e6f, -1e6f, INFINITY, 61440, 61439};
  const auto with = [&](Rounding rounding, FloatOverflow overflow) {
    std::vector<float> y(x.size());
    run_float(e5m2, rounding, overflow, x.data(), y.data(), Part{0, 5, 0, best_isa()});
    return y;
  };
  const float inf = INFINITY;
  CHECK(with(Rounding::nearest_even, FloatOverflow::saturate_symmetric) ==
        std::vector<float>{57344, -57344, 57344, 57344, 57344});
  CHECK(with(Rounding::nearest_even, FloatOverflow::saturate_to_zero) == std::vector<float>{0, 0, 0, 0, 57344});
  CHECK(with(Rounding::nearest_even, FloatOverflow::to_infinity) == std::vector<float>{inf, -inf, inf, inf, 57344});
  CHECK(with(Rounding::toward_zero, FloatOverflow::to_infinity) ==
        std::vector<float>{57344, -57344, inf, 57344, 57344});
  CHECK(with(Rounding::floor, FloatOverflow::to_infinity) == std::vector<float>{57344, -inf, inf, 57344, 57344});
}
