// nn.triu keeps one side of a diagonal.
#include "places.h"

using namespace test;

TEST_CASE("nn.triu keeps one side of a diagonal and zeroes the other") {
  const at::Tensor x = values({2, 4, 3});
  for (const int64_t diagonal : {int64_t{0}, int64_t{1}, int64_t{-2}, int64_t{9}, INT64_MIN, INT64_MAX}) {
    const at::Tensor y = OneOp("nn.triu", {{"diagonal", diagonal}}, {{1, 4, 3}})(x);
    CHECK(worst_place(y, {2, 4, 3}, [&](const Shape& p) { return p[2] - p[1] >= diagonal ? value_at(x, p) : 0; }) == 0);
  }
  check_pass_through("nn.triu", {});
  CHECK_THAT(refusal("nn.triu", {}, {numbered({3})}), Catch::Contains("expected [..., rows, columns]"));
}
