// nn.select takes one place of an axis.
#include "places.h"

using namespace test;

TEST_CASE("nn.select takes one place of an axis") {
  const at::Tensor x = numbered({2, 3, 4});
  const auto run = [&](int64_t dim, int64_t index) {
    return OneOp("nn.select", {{"dim", dim}, {"index", index}}, {{1, 3, 4}})(x);
  };
  CHECK(worst_place(run(1, 2), {2, 4}, [&](const Shape& p) { return value_at(x, {p[0], 2, p[1]}); }) == 0);
  CHECK(worst_place(run(-1, -4), {2, 3}, [&](const Shape& p) { return value_at(x, {p[0], p[1], 0}); }) == 0);
  CHECK(worst_place(run(0, 1), {3, 4}, [&](const Shape& p) { return value_at(x, {1, p[0], p[1]}); }) == 0);
  check_pass_through("nn.select", {{"dim", 1}, {"index", 0}});
}

TEST_CASE("nn.select refuses places that are not there") {
  for (const int64_t index : {int64_t{3}, int64_t{-4}, INT64_MIN})
    CHECK_THAT(refusal("nn.select", {{"dim", 1}, {"index", index}}, {numbered({1, 3, 4})}),
               Catch::Contains("but axis 1 of the input's shape [1,3,4] has 3 places"));
}
