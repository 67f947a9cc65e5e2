// nn.sub element by element, and its grid by trying every pair of extremes.
#include "one_op.h"

using namespace test;

TEST_CASE("nn.sub works element by element and broadcasts") {
  const at::Tensor a = values({2, 3}), b = values({2, 3}, 4), row = values({1, 3}, 5);
  OneOp op("nn.sub", {}, {{1, 3}, {1, 3}});
  const at::Tensor y = op.run({a, b})[0], z = op.run({a, row})[0];
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t i = 0; i < 3; ++i) {
      CHECK(element(y, {n, i}) == Approx(element(a, {n, i}) - element(b, {n, i})));
      CHECK(element(z, {n, i}) == Approx(element(a, {n, i}) - element(row, {0, i})));
    }
  CHECK(op.op->arity() == std::pair(2, 2));
}

TEST_CASE("nn.sub's grid holds every result and has no bit more") {
  const OneOp op("nn.sub", {}, {{1, 1}, {1, 1}});
  const FixedPoint grids[] = {{3, 1, true}, {2, 3, false}, {4, -1, true}, {1, 0, false}, {1, 2, true}};
  for (const FixedPoint& p : grids)
    for (const FixedPoint& q : grids) {
      const int frac = std::max(p.frac_width, q.frac_width);
      const auto code = [frac](double v) { return static_cast<int64_t>(std::ldexp(v, frac)); };
      CHECK(op.grid({p, q}) == least_grid(code(p.low() - q.high()), code(p.high() - q.low()), frac));
    }
  CHECK_FALSE(op.grid({FixedPoint{8, 4, true}, std::nullopt}));
}
