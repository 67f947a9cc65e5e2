// nn.chunk gives parts of equal size.
#include "places.h"

using namespace test;

TEST_CASE("nn.chunk gives parts of equal size and a smaller last one") {
  const at::Tensor x = numbered({2, 7, 2});
  const Tensors parts = OneOp("nn.chunk", {{"chunks", 3}, {"dim", 1}}, {{1, 7, 2}}).run({x});
  REQUIRE(parts.size() == 3);
  const Shape sizes{3, 3, 1};
  for (size_t i = 0; i < 3; ++i)
    CHECK(worst_place(parts[i], {2, sizes[i], 2}, [&](const Shape& p) {
            return value_at(x, {p[0], static_cast<int64_t>(3 * i) + p[1], p[2]});
          }) == 0);
  CHECK(OneOp("nn.chunk", {{"chunks", 5}, {"dim", 1}}, {{1, 7, 2}}).run({x}).size() == 4);  // as in PyTorch
  check_pass_through("nn.chunk", {{"chunks", 1}});
  CHECK_THAT(refusal("nn.chunk", {{"chunks", 0}}, {x}), Catch::Contains("at least 1"));
  CHECK_THAT(refusal("nn.chunk", {{"chunks", 2}, {"dim", 3}}, {x}), Catch::Contains("dim names the axis 3"));
}
