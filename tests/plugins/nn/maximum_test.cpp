// nn.maximum and nn.minimum element by element, and their grids by trying every pair of codes.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.maximum and nn.minimum take the greater and the lesser") {
  const at::Tensor a = values({2, 3}, 3, at::kDouble), b = values({3}, 4, at::kDouble);
  const at::Tensor high = OneOp("nn.maximum", {}, {{2, 3}, {3}}).run({a, b})[0];
  const at::Tensor low = OneOp("nn.minimum", {}, {{2, 3}, {3}}).run({a, b})[0];
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t i = 0; i < 3; ++i) {
      CHECK(element(high, {n, i}) == std::max(element(a, {n, i}), element(b, {i})));
      CHECK(element(low, {n, i}) == std::min(element(a, {n, i}), element(b, {i})));
    }
  const at::Tensor zero = at::tensor({0}, at::kLong).squeeze();
  CHECK(OneOp("nn.maximum", {}, {{2, 3}, {}}).run({at::tensor({-5, 7}, at::kLong), zero})[0].scalar_type() ==
        at::kLong);
  CHECK(element(OneOp("nn.maximum", {}, {{2}, {}}).run({at::tensor({-0.5f, 7.f}), zero})[0], {0}) == 0);
}

TEST_CASE("gradients of nn.maximum and nn.minimum reach the input that was taken") {
  for (const char* name : {"nn.maximum", "nn.minimum"}) {
    OneOp op(name, {}, {{2, 3}, {2, 3}});
    const at::Tensor a = values({2, 3}, 5, at::kDouble), b = values({2, 3}, 6, at::kDouble);
    CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({moved, b})[0]; }, a) < 1e-7);
    CHECK(gradient_error([&](const at::Tensor& moved) { return op.run({a, moved})[0]; }, b) < 1e-7);
  }
}

TEST_CASE("grids of nn.maximum and nn.minimum hold every result and have no bit more") {
  const FixedPoint grids[] = {{3, 1, true}, {2, 3, false}, {4, -1, true}, {1, 0, false}, {1, 2, true}};
  for (const bool greatest : {true, false}) {
    const OneOp op(greatest ? "nn.maximum" : "nn.minimum", {}, {{1}, {1}});
    for (const FixedPoint& p : grids)
      for (const FixedPoint& q : grids) {
        const int frac = std::max(p.frac_width, q.frac_width);
        double low = 0, high = 0;
        for (const double a : {p.low(), p.high()})
          for (const double b : {q.low(), q.high()}) {
            const double result = greatest ? std::max(a, b) : std::min(a, b);
            low = std::min(low, result), high = std::max(high, result);
          }
        INFO(p.str() << ' ' << q.str());
        const auto code = [frac](double v) { return static_cast<int64_t>(std::ldexp(v, frac)); };
        CHECK(op.grid({p, q}) == least_grid(code(low), code(high), frac));
      }
    CHECK_FALSE(op.grid({FixedPoint{8, 4, true}, std::nullopt}));
  }
}
