// nn.channel_shuffle takes channels from all groups in turn.
#include "places.h"

using namespace test;

TEST_CASE("nn.channel_shuffle takes channels from all groups in turn") {
  const at::Tensor x = numbered({2, 6, 2, 3});
  const at::Tensor y = OneOp("nn.channel_shuffle", {{"groups", 2}}, {{1, 6, 2, 3}})(x);
  CHECK(worst_place(y, {2, 6, 2, 3}, [&](const Shape& p) {
          return value_at(x, {p[0], p[1] % 2 * 3 + p[1] / 2, p[2], p[3]});
        }) == 0);
  check_pass_through("nn.channel_shuffle", {{"groups", 2}});
  CHECK_THAT(refusal("nn.channel_shuffle", {{"groups", 4}}, {x}),
             Catch::Contains("groups is 4, which does not divide the 6 channels"));
}
