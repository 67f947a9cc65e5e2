// Every path of the kernels over blocks, on every kind of layout, against the same arithmetic element by element.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "plugins/quant/block_elements.h"

using namespace mase;
using namespace mase::quant;

namespace {

// One block after the other, without vectors.
template <class T, class F>
std::vector<T> reference(const F& f, const BlockLayout& l, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  std::vector<int64_t> places;
  for (int64_t b = 0; b < l.blocks(); ++b) {
    l.places(b, places);
    BitsOf<T> amax = 0;
    for (const int64_t i : places) amax = std::max(amax, bits_of(x[static_cast<size_t>(i)]) & kMagnitudeMask<T>);
    T p[F::kParams];
    if constexpr (F::kTable)
      for (int k = 0; k < F::kParams; ++k) p[k] = f.table[k][b];
    else
      f.prepare(amax, p, 1);
    for (const int64_t i : places) {
      const auto at = static_cast<size_t>(i);
      y[at] = f.value(p, f.template element<false>(p, x[at]));
    }
  }
  return y;
}

template <class T>
std::vector<T> numbers(int64_t count) {
  std::vector<T> x(static_cast<size_t>(count));
  Random random(11);
  for (size_t i = 0; i < x.size(); ++i) {
    const uint64_t r = random.next();
    const double u = static_cast<double>(r >> 11) * 0x1p-52 - 1;
    x[i] = static_cast<T>(r % 13 == 0 ? 0 : r % 13 == 1 ? std::nearbyint(u * 32) / 8 : std::ldexp(u, int(r % 40) - 25));
    if (i / 100 % 9 == 8) x[i] = static_cast<T>(u * 0x1p-128);
  }
  x[x.size() / 2] = std::numeric_limits<T>::infinity();
  return x;
}

const std::vector<BlockGeometry>& geometries() {
  static const std::vector<BlockGeometry> all = {
      {{40, 64}, {1, 32}},         {{40, 64}, {1, 16}},  {{40, 50}, {1, 16}},
      {{7, 300}, {1, 300}},        {{2000}, {7}},        {{40, 64}, {40, 16}},
      {{30, 70}, {4, 9}},          {{9, 400}, {4, 150}}, {{5, 12, 33}, {1, 5, 1}},
      {{3, 4, 5, 6}, {2, 4, 2, 6}}};
  return all;
}

template <class T>
int64_t differing(const std::vector<T>& a, const std::vector<T>& b) {
  int64_t wrong = 0;
  for (size_t i = 0; i < a.size(); ++i)
    if (bits_of(a[i]) != bits_of(b[i]) && wrong++ == 0)
      UNSCOPED_INFO("element " << i << " is " << a[i] << ", expected " << b[i]);
  return wrong;
}

// `make(rounding)`: the functor; `table`: one parameter after the other, for functors with tables.
template <class T, class Make>
void check(Make make) {
  for (const BlockGeometry& g : geometries()) {
    const BlockLayout layout(g);
    int64_t count = 1;
    for (const int64_t size : g.shape) count *= size;
    const std::vector<T> x = numbers<T>(count);
    for (const Rounding rounding : {Rounding::nearest_even, Rounding::floor, Rounding::nearest_away}) {
      const auto f = make(rounding, layout.blocks());
      const std::vector<T> expected = reference<T>(f, layout, x);
      const int64_t units = layout.contiguous() ? layout.blocks() : layout.bands() * segments_per_band(layout);
      for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
        if (!supported(isa)) continue;
        INFO("path " << int(isa) << " rounding " << int(rounding) << " shape " << Value(g.shape).json() << " block "
                     << Value(g.block).json());
        std::vector<T> y(x.size());
        for (const auto& [first, end] : {std::pair{int64_t{0}, units / 3}, {units / 3, units}}) {
          const BlockWork w{&layout, first, end};
          const bool even = rounding == Rounding::nearest_even;
          REQUIRE_FALSE((even ? run_blocks<true>(f, w, x.data(), y.data(), isa)
                              : run_blocks<false>(f, w, x.data(), y.data(), isa)));
        }
        REQUIRE(differing(y, expected) == 0);
        std::vector<T> with_nan = x;
        with_nan[x.size() - 3] = std::numeric_limits<T>::quiet_NaN();
        REQUIRE(run_blocks<true>(f, BlockWork{&layout, 0, units}, with_nan.data(), y.data(), isa));
      }
    }
  }
}

template <class T>
void check_all() {
  check<T>([](Rounding rounding, int64_t) {
    BlockInteger<T> f;
    f.frac_width = 6, f.high = 127, f.low = -128, f.last_low = -127, f.last_exponent = 127;
    f.exponent.low = -127, f.exponent.high = 127, f.rounding = RoundingTable<T>(rounding);
    return f;
  });
  check<T>([](Rounding rounding, int64_t) {
    BlockFloat<T> f(FloatSpec{3, 2, 3, FloatKind::finite}, rounding);
    f.exponent.offset = 4, f.exponent.low = -127, f.exponent.high = 123;
    return f;
  });
  check<T>([](Rounding rounding, int64_t) {
    FittedInteger<T> f;
    f.high = 7, f.low = -7, f.rounding = RoundingTable<T>(rounding);
    return f;
  });
  check<T>([](Rounding rounding, int64_t) { return DoublyScaledFloat<T>(T(0.013), rounding); });
  static std::vector<T> table;
  check<T>([](Rounding rounding, int64_t blocks) {
    const auto n = static_cast<size_t>(blocks);
    table.resize(3 * n);
    for (size_t b = 0; b < n; ++b) table[b] = T(0.1) + T(b % 7), table[n + b] = T(-3), table[2 * n + b] = T(12);
    ScaledInteger<T> f;
    for (size_t k = 0; k < 3; ++k) f.table[k] = table.data() + k * n;
    f.rounding = RoundingTable<T>(rounding);
    return f;
  });
}

}  // namespace

TEST_CASE("every path over blocks returns the same bits, in float32 and float64") {
  check_all<float>();
  check_all<double>();
}
