// nn.cat joins inputs, on the grid that holds them all.
#include <ATen/ops/arange.h>

#include "one_op.h"

using namespace test;

TEST_CASE("cat joins any number of inputs on the grid that holds them all") {
  const at::Tensor a = at::arange(4.0f).view({2, 2}), b = a + 10, c = at::arange(2.0f).view({2, 1}) + 20;
  OneOp cat("nn.cat", {}, {{1, 2}, {1, 2}, {1, 1}});
  CHECK(at::equal(cat.run({a, b, c})[0],
                  at::tensor({0.f, 1.f, 10.f, 11.f, 20.f, 2.f, 3.f, 12.f, 13.f, 21.f}).view({2, 5})));
  CHECK(OneOp("nn.cat", {{"dim", 0}}, {{1, 2}, {1, 2}}).run({a, b})[0].sizes() == at::IntArrayRef{4, 2});
  CHECK(cat.grid({FixedPoint{8, 4, true}, FixedPoint{4, 1, false}}) == FixedPoint{8, 4, true});  // 15 * 8 = 120 fits
  CHECK(cat.grid({FixedPoint{8, 4, true}, FixedPoint{5, 1, false}}) ==
        FixedPoint{9, 4, true});  // 31 * 8 = 248 does not
  CHECK_FALSE(cat.grid({FixedPoint{8, 4, true}, std::nullopt}));
}
