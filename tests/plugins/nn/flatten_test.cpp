// nn.flatten keeps the elements in order.
#include <ATen/ops/arange.h>

#include "one_op.h"

using namespace test;

TEST_CASE("nn.flatten joins axes and keeps the elements in order") {
  const at::Tensor x = at::arange(24.0f).view({2, 3, 2, 2});
  const auto run = [&](Map with) { return OneOp("nn.flatten", std::move(with), {{1, 3, 2, 2}})(x); };
  CHECK(at::equal(run({}), x.view({2, 12})));
  CHECK(run({{"start_dim", 2}}).sizes() == at::IntArrayRef{2, 3, 4});
  CHECK(run({{"start_dim", 1}, {"end_dim", 2}}).sizes() == at::IntArrayRef{2, 6, 2});
  CHECK(OneOp("nn.flatten", {}, {{1, 1}}).grid({FixedPoint{8, 4, true}}) == FixedPoint{8, 4, true});
}

TEST_CASE("nn.flatten refuses axes that are not there or stand in the wrong order") {
  const auto with = [](int64_t first, int64_t last) {
    return error_of([&] { OneOp("nn.flatten", {{"start_dim", first}, {"end_dim", last}}, {})(values({1, 4, 2})); });
  };
  CHECK_THAT(with(3, -1), Catch::Contains("start_dim names the axis 3"));
  CHECK_THAT(with(2, 1), Catch::Contains("start_dim is 2 and end_dim 1, which lies before it"));
}
