// nn.permute puts the axes into another order.
#include "places.h"

using namespace test;

TEST_CASE("nn.permute puts the axes into another order") {
  const at::Tensor x = numbered({2, 3, 4, 5});
  const at::Tensor y = OneOp("nn.permute", {{"dims", List{0, -1, 1, 2}}}, {{1, 3, 4, 5}})(x);
  CHECK(worst_place(y, {2, 5, 3, 4}, [&](const Shape& p) { return value_at(x, {p[0], p[2], p[3], p[1]}); }) == 0);
  check_pass_through("nn.permute", {{"dims", List{0, 1}}});
}

TEST_CASE("nn.permute refuses an order that is none") {
  const at::Tensor x = numbered({1, 3, 4});
  CHECK_THAT(refusal("nn.permute", {{"dims", List{0, 1}}}, {x}),
             Catch::Contains("dims is [0,1], but the input's shape is [1,3,4], expected all of its axes"));
  CHECK_THAT(refusal("nn.permute", {{"dims", List{0, 2, -1}}}, {x}), Catch::Contains("names the axis -1 twice"));
  CHECK_THAT(refusal("nn.permute", {{"dims", List{0, 1, 3}}}, {x}), Catch::Contains("names the axis 3"));
}
