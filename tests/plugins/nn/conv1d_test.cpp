// nn.conv1d against sums written out in convolution.h.
#include "convolution.h"

using namespace test;

TEST_CASE("nn.conv1d is conv2d on one row") {
  const Layout l{2, {1, 3}, {1, 2}, {0, 2}, {1, 2}};
  OneOp conv("nn.conv1d",
             {{"out_channels", 6}, {"kernel_size", 3}, {"stride", 2}, {"padding", 2}, {"dilation", 2}, {"groups", 2}},
             {{1, 4, 9}});
  const at::Tensor x = values({3, 4, 9});
  check_result(x.unsqueeze(2), conv.params[0].unsqueeze(2), conv.params[1], conv(x).unsqueeze(2), l);
}

TEST_CASE("nn.conv1d counts the terms of one group") {
  const OneOp conv("nn.conv1d", {{"out_channels", 4}, {"kernel_size", 3}, {"groups", 2}, {"bias", false}}, {{1, 4, 7}});
  CHECK(conv.params.size() == 1);
  CHECK(conv.resolved.at("in_channels") == Value(4));
  CHECK(conv.op->cost({{2, 4, 7}}, {{2, 4, 5}}).macs == 4 * 5 * 6);
  CHECK(conv.grid({FixedPoint{4, 1, true}}, {FixedPoint{4, 2, true}}) == least_grid(-6 * 56, 6 * 64, 3));
}

TEST_CASE("nn.conv1d refuses what does not fit") {
  CHECK_THAT(error_of([] {
               OneOp("nn.conv1d", {{"out_channels", 4}, {"kernel_size", 3}}, {{1, 4}});
             }),
             Catch::Contains("expected [batch, channels, length]"));
  CHECK_THAT(error_of([] {
               OneOp("nn.conv1d", {{"out_channels", 4}, {"kernel_size", 0}}, {{1, 4, 7}});
             }),
             Catch::Contains("at least 1"));
}
