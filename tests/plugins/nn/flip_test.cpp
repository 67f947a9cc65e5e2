// nn.flip reads axes backwards.
#include "places.h"

using namespace test;

TEST_CASE("nn.flip reads axes backwards") {
  const at::Tensor x = numbered({2, 3, 4});
  const auto run = [&](List dims) { return OneOp("nn.flip", {{"dims", std::move(dims)}}, {{1, 3, 4}})(x); };
  CHECK(worst_place(run({1, -1}), {2, 3, 4}, [&](const Shape& p) {
          return value_at(x, {p[0], 2 - p[1], 3 - p[2]});
        }) == 0);
  CHECK(worst_place(run({0}), {2, 3, 4}, [&](const Shape& p) { return value_at(x, {1 - p[0], p[1], p[2]}); }) == 0);
  check_pass_through("nn.flip", {{"dims", List{1}}});
  CHECK_THAT(refusal("nn.flip", {{"dims", List{2, -1}}}, {x}), Catch::Contains("names the axis -1 twice"));
}
