// nn.pixel_unshuffle: height and width become channels.
#include "places.h"

using namespace test;

TEST_CASE("nn.pixel_unshuffle turns height and width into channels") {
  const at::Tensor x = numbered({2, 2, 6, 4});
  const at::Tensor y = OneOp("nn.pixel_unshuffle", {{"downscale_factor", 2}}, {{1, 2, 6, 4}})(x);
  CHECK(worst_place(y, {2, 8, 3, 2}, [&](const Shape& p) {
          return value_at(x, {p[0], p[1] / 4, p[2] * 2 + p[1] % 4 / 2, p[3] * 2 + p[1] % 2});
        }) == 0);
  check_pass_through("nn.pixel_unshuffle", {{"downscale_factor", 2}});
  CHECK_THAT(refusal("nn.pixel_unshuffle", {{"downscale_factor", 4}}, {x}),
             Catch::Contains("found height and width of 6 and 4, expected multiples of downscale_factor, 4"));
}
