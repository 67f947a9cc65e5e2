// Functions that stay on a binary grid: their values, and their grids by trying every code.
#include "one_op.h"

using namespace test;

namespace {

struct GridFunction {
  const char* name;
  double (*of)(double);
  bool whole;  // results are integers
};

double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

const GridFunction kExact[] = {
    {"nn.abs", std::fabs, false},   {"nn.neg", [](double x) { return -x; }, false},
    {"nn.sign", sign_of, true},     {"nn.floor", std::floor, true},
    {"nn.ceil", std::ceil, true},   {"nn.round", std::nearbyint, true},
    {"nn.trunc", std::trunc, true},
};

}  // namespace

TEST_CASE("functions on grids are the ones they are named after") {
  const at::Tensor x = at::tensor({-2.5, -1.5, -0.75, -0.5, 0.0, 0.5, 0.75, 1.5, 2.5, 3e9}, at::kDouble);
  for (const GridFunction& f : kExact) {
    INFO(f.name);
    const at::Tensor y = OneOp(f.name, {}, {{10}})(x);
    for (int64_t i = 0; i < 10; ++i) CHECK(element(y, {i}) == f.of(element(x, {i})));
  }
}

TEST_CASE("functions on grids keep integers integers") {
  for (const GridFunction& f : kExact) {
    INFO(f.name);
    const at::Tensor y = OneOp(f.name, {}, {{3}})(at::tensor({-7, 0, 5}, at::kLong));
    CHECK(y.scalar_type() == at::kLong);
    CHECK(element(y, {0}) == f.of(-7));
    CHECK(element(y, {2}) == f.of(5));
  }
}

TEST_CASE("grids of functions hold every result and have no bit more") {
  const FixedPoint grids[] = {{4, 2, true}, {4, 2, false}, {3, 5, true}, {5, 0, true}, {4, -1, true},
                              {4, 4, true}, {2, 1, true},  {1, 1, true}, {1, 0, true}, {1, 0, false}};
  for (const GridFunction& f : kExact)
    for (const FixedPoint& p : grids) {
      INFO(f.name << ' ' << p.str());
      const int frac = f.whole && (p.frac_width > 0 || f.of == sign_of) ? 0 : p.frac_width;
      double low = 0, high = 0;
      for (double x = p.low(); x <= p.high(); x += std::ldexp(1.0, -p.frac_width))
        low = std::min(low, f.of(x)), high = std::max(high, f.of(x));
      const auto code = [frac](double v) { return static_cast<int64_t>(std::ldexp(v, frac)); };
      CHECK(OneOp(f.name, {}, {{1}}).grid({p}) == least_grid(code(low), code(high), frac));
    }
  for (const GridFunction& f : kExact) CHECK_FALSE(OneOp(f.name, {}, {{1}}).grid({std::nullopt}));
}

TEST_CASE("gradients of absolute value and negation are their derivatives") {
  for (const char* name : {"nn.abs", "nn.neg"}) {
    OneOp op(name, {}, {{4}});
    const auto call = [&](const at::Tensor& x) { return op(x); };
    CHECK(gradient_error(call, at::tensor({-2.0, -0.3, 0.7, 1.9}, at::kDouble)) < 1e-7);
  }
}
