// nn.conv2d against sums written out in convolution.h.
#include "convolution.h"

using namespace test;

TEST_CASE("nn.conv2d is PyTorch's, with groups, strides, padding and dilation of both axes") {
  const Layout layouts[] = {
      {1, {3, 3}, {1, 1}, {0, 0}, {1, 1}}, {2, {3, 2}, {2, 1}, {1, 2}, {1, 2}}, {4, {1, 3}, {1, 3}, {0, 1}, {1, 1}}};
  for (const Layout& l : layouts) {
    const auto pair = [](const int64_t* v) { return List{v[0], v[1]}; };
    OneOp conv("nn.conv2d",
               {{"out_channels", 8},
                {"kernel_size", pair(l.kernel)},
                {"stride", pair(l.stride)},
                {"padding", pair(l.padding)},
                {"dilation", pair(l.dilation)},
                {"groups", l.groups}},
               {{1, 4, 7, 6}});
    const at::Tensor x = values({2, 4, 7, 6});
    check_result(x, conv.params[0], conv.params[1], conv(x), l);
    CHECK(conv.resolved.at("in_channels") == Value(4));
  }
}

TEST_CASE("one number stands for both axes") {
  OneOp conv("nn.conv2d", {{"out_channels", 2}, {"kernel_size", 3}, {"padding", 1}, {"bias", false}}, {{1, 1, 5, 5}});
  CHECK(conv.resolved.at("kernel_size") == Value(3));
  CHECK(conv(values({1, 1, 5, 5})).sizes() == at::IntArrayRef{1, 2, 5, 5});
}

TEST_CASE("convolutions start uniform within 1/sqrt(fan in)") {
  OneOp conv("nn.conv2d", {{"out_channels", 64}, {"kernel_size", 5}, {"groups", 2}}, {{1, 8, 9, 9}});
  for (const at::Tensor& p : conv.params) CHECK(p.abs().max().item<float>() == Approx(0.1).epsilon(0.05));
}

TEST_CASE("the accumulator of a convolution counts the terms of one group") {
  const OneOp conv("nn.conv2d", {{"out_channels", 4}, {"kernel_size", List{3, 2}}, {"groups", 2}}, {{1, 4, 7, 6}});
  // 12 products of signed 4 x 4 bits: from 12 * -8 * 7 to 12 * 64.
  CHECK(conv.grid({FixedPoint{4, 1, true}}, {FixedPoint{4, 2, true}, std::nullopt}) ==
        least_grid(-12 * 56, 12 * 64, 3));
}

TEST_CASE("the cost of a convolution is its terms per result") {
  const OneOp conv("nn.conv2d", {{"out_channels", 4}, {"kernel_size", 3}, {"groups", 2}}, {{1, 4, 7, 6}});
  CHECK(conv.op->cost({{2, 4, 7, 6}}, {{2, 4, 5, 4}}).macs == 4 * 5 * 4 * 18);
  CHECK(conv.op->cost({{2, 4, 7, 6}}, {{2, 4, 5, 4}}).operations == 4 * 5 * 4);
}

TEST_CASE("convolutions refuse what does not fit") {
  const auto refusal = [](Map with, Shape shape) { return error_of([&] { OneOp("nn.conv2d", with, {shape}); }); };
  const Map good{{"out_channels", 4}, {"kernel_size", 3}};
  CHECK_THAT(refusal(good, {1, 4, 7}),
             Catch::Contains("found an input of shape [1,4,7], expected [batch, channels, height, width]"));
  Map bad = good;
  bad.set("groups", 3);
  CHECK_THAT(refusal(bad, {1, 3, 7, 7}), Catch::Contains("groups is 3, which does not divide the channels"));
  bad = good, bad.set("kernel_size", List{3, 3, 3});
  CHECK_THAT(refusal(bad, {1, 3, 7, 7}),
             Catch::Contains("'kernel_size' is [3,3,3], expected an integer or [height, width]"));
  bad = good, bad.set("kernel_size", List{3, 0});
  CHECK_THAT(refusal(bad, {1, 3, 7, 7}), Catch::Contains("at least 1"));
  bad = good, bad.set("padding_mode", "circular");
  CHECK_THAT(refusal(bad, {1, 3, 7, 7}), Catch::Contains("expected one of zeros"));
  bad = good, bad.set("in_channels", 5);
  CHECK_THAT(refusal(bad, {1, 3, 7, 7}), Catch::Contains("in_channels is 5, but the input has 3"));
}
