// nn.squeeze leaves out axes of size one.
#include "places.h"

using namespace test;

TEST_CASE("nn.squeeze leaves out one axis of size one, or all") {
  const at::Tensor x = numbered({2, 1, 3, 1});
  const auto shape = [&](Map with) { return shape_of(OneOp("nn.squeeze", std::move(with), {{1, 1, 3, 1}})(x)); };
  CHECK(shape({{"dim", 1}}) == Shape{2, 3, 1});
  CHECK(shape({{"dim", -1}}) == Shape{2, 1, 3});
  CHECK(shape({{"dim", 2}}) == Shape{2, 1, 3, 1});  // as in PyTorch, what is not one stays
  CHECK(shape({}) == Shape{2, 3});
  CHECK_THAT(refusal("nn.squeeze", {{"dim", 4}}, {x}), Catch::Contains("dim names the axis 4"));
  check_pass_through("nn.squeeze", {});
}
