// nn.unsqueeze adds an axis of size one.
#include "places.h"

using namespace test;

TEST_CASE("nn.unsqueeze adds an axis of size one anywhere") {
  const at::Tensor x = numbered({2, 3});
  for (const auto& [dim, shape] : std::vector<std::pair<int64_t, Shape>>{
           {0, {1, 2, 3}}, {1, {2, 1, 3}}, {2, {2, 3, 1}}, {-1, {2, 3, 1}}, {-3, {1, 2, 3}}}) {
    const at::Tensor y = OneOp("nn.unsqueeze", {{"dim", dim}}, {{1, 3}})(x);
    CHECK(shape_of(y) == shape);
    CHECK(at::equal(y.view({2, 3}), x));
  }
  CHECK_THAT(refusal("nn.unsqueeze", {{"dim", 3}}, {x}), Catch::Contains("dim names the axis 3"));
  check_pass_through("nn.unsqueeze", {{"dim", 0}});
}
