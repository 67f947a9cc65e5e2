// nn.split gives one result for each size.
#include "places.h"

using namespace test;

TEST_CASE("nn.split gives one result for each size") {
  const at::Tensor x = numbered({2, 6});
  const Tensors parts = OneOp("nn.split", {{"sizes", List{1, 0, 5}}, {"dim", -1}}, {{1, 6}}).run({x});
  REQUIRE(parts.size() == 3);
  CHECK(worst_place(parts[0], {2, 1}, [&](const Shape& p) { return value_at(x, {p[0], 0}); }) == 0);
  CHECK(shape_of(parts[1]) == Shape{2, 0});
  CHECK(worst_place(parts[2], {2, 5}, [&](const Shape& p) { return value_at(x, {p[0], 1 + p[1]}); }) == 0);
  CHECK(OneOp("nn.split", {{"sizes", List{1, 1}}}, {{1, 6}}).run({x}).size() == 2);  // axis 0, as in PyTorch
  check_pass_through("nn.split", {{"sizes", List{1}}});
}

TEST_CASE("nn.split refuses sizes that do not make up the axis") {
  const auto with = [](List sizes) { return refusal("nn.split", {{"sizes", sizes}, {"dim", 1}}, {numbered({1, 6})}); };
  CHECK_THAT(with({2, 3}), Catch::Contains("but axis 1 of the input's shape [1,6] has 6 places"));
  CHECK_THAT(with({INT64_MAX, INT64_MAX, 8}), Catch::Contains("expected sizes that sum to it"));
  CHECK_THAT(with({}), Catch::Contains("sizes is empty"));
  CHECK_THAT(with({7, -1}), Catch::Contains("at least 0"));
}
