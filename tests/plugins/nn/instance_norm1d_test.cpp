// nn.instance_norm1d against statistics of each sample written out in normalisation.h.
#include "normalisation.h"

using namespace test;

TEST_CASE("nn.instance_norm1d normalises each channel of each sample, or by running statistics") {
  check_instance_norm("nn.instance_norm1d", {2, 3, 5});
}

TEST_CASE("nn.instance_norm1d refuses another rank, and one value per channel") {
  CHECK_THAT(error_of([] {
               OneOp("nn.instance_norm1d", {}, {{1, 4}});
             }),
             Catch::Contains("expected [batch, channels, length]"));
  OneOp op("nn.instance_norm1d", {}, {{1, 4, 1}});
  CHECK_THAT(error_of([&] { op(values({1, 4, 1})); }), Catch::Contains("one value per channel"));
}
