// Every path of the fixed-point kernel against exact arithmetic, on every kind of edge.
#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <limits>

#include "plugins/quant/fixed_grid.h"
#include "roundings.h"

using namespace mase::quant;

namespace {

constexpr Overflow kOverflows[] = {Overflow::saturate, Overflow::saturate_symmetric, Overflow::saturate_to_zero};

// x87 numbers have 64 bits and a wide exponent: scaling and rounding of float and double are exact in them.
using Exact = long double;
static_assert(std::numeric_limits<Exact>::digits == 64);

Exact round_exact(Exact s, Rounding rounding) {
  const Exact low = std::floor(s), high = std::ceil(s);
  const Exact up = high - s, down = s - low;
  const Exact nearest_up = down < up ? low : high, nearest_down = up < down ? high : low;
  switch (rounding) {
    case Rounding::floor:
      return low;
    case Rounding::ceil:
      return high;
    case Rounding::toward_zero:
      return std::trunc(s);
    case Rounding::away_from_zero:
      return s < 0 ? low : high;
    case Rounding::nearest_up:
      return nearest_up;
    case Rounding::nearest_down:
      return nearest_down;
    case Rounding::nearest_away:
      return s < 0 ? nearest_down : nearest_up;
    case Rounding::nearest_toward_zero:
      return s < 0 ? nearest_up : nearest_down;
    default:
      return std::rint(s);
  }
}

// Towards zero where T has too few bits.
template <class T>
T cut(Exact v) {
  T t = static_cast<T>(v);
  if (std::fabs(static_cast<Exact>(t)) > std::fabs(v)) t = std::nextafter(t, T(0));
  return t;
}

template <class T>
T reference(T x, const FixedFields& f) {
  if (std::isnan(x)) return x;
  const Exact high = std::ldexp(Exact(1), f.width - f.is_signed) - 1;
  Exact low = f.is_signed ? -high - 1 : 0;
  if (f.overflow == Overflow::saturate_symmetric && f.is_signed) low = -high;
  const Exact n = round_exact(std::ldexp(Exact(x), f.frac_width), f.rounding);
  const bool to_zero = f.overflow == Overflow::saturate_to_zero;
  const Exact code = n < low ? (to_zero ? 0 : low) : n > high ? (to_zero ? 0 : high) : n;
  return code == 0 ? T(0) : std::ldexp(cut<T>(code), -f.frac_width);
}

// Zeros, subnormals, limits of the type, limits of the grid, ties, and the neighbours of all of these.
template <class T>
std::vector<T> edges(const FixedFields& f) {
  using L = std::numeric_limits<T>;
  std::vector<T> seeds = {0,         L::denorm_min(), L::min(),  L::max(),  L::infinity(), T(1),
                          T(0x1p22), T(0x1p23),       T(0x1p24), T(0x1p51), T(0x1p52),     T(0x1p53)};
  const T limits[] = {0, std::ldexp(T(1), f.width - 1), std::ldexp(T(1), f.width), T(0x1p22), T(0x1p23)};
  for (const T limit : limits)
    for (int quarter = -10; quarter <= 10; ++quarter)
      seeds.push_back(std::ldexp(limit + T(quarter) / 4, -f.frac_width));
  std::vector<T> all;
  for (const T s : seeds)
    for (const T v : {std::nextafter(s, -L::infinity()), s, std::nextafter(s, L::infinity())}) {
      all.push_back(v);
      all.push_back(-v);
    }
  return all;
}

template <class T>
bool same(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

template <class T>
int64_t mismatches(const FixedFields& f, const std::vector<T>& x, Isa isa) {
  std::vector<T> y(x.size());
  const bool nan = quantize_fixed(make_grid<T>(f), x.data(), y.data(), static_cast<int64_t>(x.size()), isa);
  int64_t wrong = nan;
  for (size_t i = 0; i < x.size(); ++i) {
    const T expected = reference(x[i], f);
    if (same(y[i], expected)) continue;
    if (wrong++ == 0)
      UNSCOPED_INFO("width " << f.width << " frac_width " << f.frac_width << " signed " << f.is_signed << " rounding "
                             << int(f.rounding) << " overflow " << int(f.overflow) << ": " << x[i] << " became " << y[i]
                             << ", expected " << expected);
  }
  return wrong;
}

template <class T>
int64_t mismatches_everywhere(Isa isa) {
  int64_t wrong = 0;
  for (const int width : {1, 2, 3, 8, 16, 22, 23, 24, 25, 26, 31, 32, 33, 51, 52, 53, 54, 55, 63, 64})
    for (const int frac_width : {-64, -63, -7, 0, 1, 4, 23, 64})
      for (const bool is_signed : {true, false})
        for (const Rounding rounding : kRoundings)
          for (const Overflow overflow : kOverflows) {
            const FixedFields f{width, frac_width, is_signed, rounding, overflow};
            wrong += mismatches(f, edges<T>(f), isa);
          }
  return wrong;
}

std::vector<Isa> paths() {
  std::vector<Isa> found;
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512})
    if (supported(isa)) found.push_back(isa);
  return found;
}

}  // namespace

TEST_CASE("every kernel path agrees with exact arithmetic on edge values") {
  for (const Isa isa : paths()) {
    INFO("path " << int(isa));
    CHECK(mismatches_everywhere<float>(isa) == 0);
    CHECK(mismatches_everywhere<double>(isa) == 0);
  }
}

TEST_CASE("every kernel path agrees with exact arithmetic over all exponents of float32") {
  std::vector<float> x;
  for (uint32_t high = 0; high < 0x10000; ++high)
    for (const uint32_t low : {0x0000u, 0x0001u, 0x7fffu, 0x8000u, 0xffffu}) {
      const float v = std::bit_cast<float>(high << 16 | low);
      if (!std::isnan(v)) x.push_back(v);
    }
  for (const Isa isa : paths())
    for (const Rounding rounding : kRoundings) {
      CHECK(mismatches({8, 4, true, rounding, Overflow::saturate}, x, isa) == 0);
      CHECK(mismatches({32, 16, true, rounding, Overflow::saturate}, x, isa) == 0);
    }
}

TEST_CASE("every kernel path finds a NaN wherever it stands, and leaves the rest alone") {
  for (const Isa isa : paths())
    for (const bool narrow : {true, false})
      for (size_t place = 0; place < 131; ++place) {
        std::vector<float> x(131, 0.3f), y(131);
        x[place] = std::numeric_limits<float>::quiet_NaN();
        const FixedFields f{narrow ? 8 : 32, 2};
        REQUIRE(quantize_fixed(make_grid<float>(f), x.data(), y.data(), 131, isa));
        REQUIRE(std::isnan(y[place]));
        REQUIRE(y[(place + 1) % 131] == 0.25f);
      }
}

TEST_CASE("a kernel writes no more than it is asked to") {
  for (const Isa isa : paths())
    for (int64_t count : {0, 1, 63, 64, 65}) {
      std::vector<double> x(130, 1.3), y(130, -7);
      quantize_fixed(make_grid<double>({8, 0}), x.data(), y.data(), count, isa);
      for (int64_t i = 0; i < 130; ++i) REQUIRE(y[static_cast<size_t>(i)] == (i < count ? 1 : -7));
    }
}

TEST_CASE("scalar rounding agrees with exact arithmetic") {
  int64_t wrong = 0;
  for (const Rounding rounding : kRoundings)
    for (const double x : edges<double>({8, 0}))
      if (std::isfinite(x)) wrong += round_scaled(x, rounding, 0) != static_cast<double>(round_exact(x, rounding));
  for (const Rounding rounding : kRoundings)
    for (const float x : edges<float>({8, 0}))
      if (std::isfinite(x)) wrong += round_scaled(x, rounding, 0) != static_cast<float>(round_exact(x, rounding));
  CHECK(wrong == 0);
}

TEST_CASE("wrapping around is arithmetic modulo 2^width") {
  CHECK(wrap(128.0, 8, true) == -128);
  CHECK(wrap(-129.0, 8, true) == 127);
  CHECK(wrap(255.0, 8, true) == -1);
  CHECK(wrap(-1.0, 8, false) == 255);
  CHECK(wrap(0x1p63, 64, true) == -0x1p63);
  CHECK(wrap(0x1p200, 64, false) == 0);
  CHECK(wrap(1.0, 1, true) == -1);
  CHECK(wrap(std::numeric_limits<double>::infinity(), 8, true) == 0);
  CHECK(wrap(-1.0f, 32, false) == 0x1.fffffep31f);  // 2^32 - 1, cut to the 24 bits of float32
}
