// nn.instance_norm2d against statistics of each sample written out in normalisation.h.
#include "normalisation.h"

using namespace test;

TEST_CASE("nn.instance_norm2d normalises each channel of each sample, or by running statistics") {
  check_instance_norm("nn.instance_norm2d", {2, 3, 2, 5});
}

TEST_CASE("nn.instance_norm2d refuses another rank, and one value per channel") {
  CHECK_THAT(error_of([] {
               OneOp("nn.instance_norm2d", {}, {{1, 4, 2}});
             }),
             Catch::Contains("expected [batch, channels, height, width]"));
  OneOp op("nn.instance_norm2d", {}, {{1, 4, 1, 1}});
  CHECK_THAT(error_of([&] { op(values({1, 4, 1, 1})); }), Catch::Contains("one value per channel"));
}
