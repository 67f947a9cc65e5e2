// nn.transpose exchanges two axes.
#include "places.h"

using namespace test;

TEST_CASE("nn.transpose exchanges two axes, the batch included") {
  const at::Tensor x = numbered({2, 3, 4});
  const auto run = [&](int64_t a, int64_t b) {
    return OneOp("nn.transpose", {{"dim0", a}, {"dim1", b}}, {{1, 3, 4}})(x);
  };
  CHECK(worst_place(run(1, -1), {2, 4, 3}, [&](const Shape& p) { return value_at(x, {p[0], p[2], p[1]}); }) == 0);
  CHECK(worst_place(run(0, 1), {3, 2, 4}, [&](const Shape& p) { return value_at(x, {p[1], p[0], p[2]}); }) == 0);
  check_pass_through("nn.transpose", {{"dim0", 0}, {"dim1", 1}});
}

TEST_CASE("nn.transpose refuses axes that are not there") {
  CHECK_THAT(
      refusal("nn.transpose", {{"dim0", -4}, {"dim1", 1}}, {numbered({1, 3, 4})}),
      Catch::Contains("dim0 names the axis -4, but the input's shape is [1,3,4], expected an axis from -3 to 2"));
}
