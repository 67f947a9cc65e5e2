// nn.pixel_shuffle: channels become height and width.
#include "places.h"

using namespace test;

TEST_CASE("nn.pixel_shuffle turns channels into height and width") {
  const at::Tensor x = numbered({2, 18, 2, 4});
  const at::Tensor y = OneOp("nn.pixel_shuffle", {{"upscale_factor", 3}}, {{1, 18, 2, 4}})(x);
  CHECK(worst_place(y, {2, 2, 6, 12}, [&](const Shape& p) {
          return value_at(x, {p[0], p[1] * 9 + p[2] % 3 * 3 + p[3] % 3, p[2] / 3, p[3] / 3});
        }) == 0);
  check_pass_through("nn.pixel_shuffle", {{"upscale_factor", 2}});
  CHECK_THAT(refusal("nn.pixel_shuffle", {{"upscale_factor", 4}}, {x}),
             Catch::Contains("found 18 channels, expected a multiple of 16"));
  CHECK_THAT(refusal("nn.pixel_shuffle", {{"upscale_factor", 0}}, {x}), Catch::Contains("upscale_factor"));
}
