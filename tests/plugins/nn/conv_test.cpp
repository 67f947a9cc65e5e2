// nn.conv1d and nn.conv2d against sums written out here.
#include "one_op.h"

using namespace test;

namespace {

struct Layout {
  int64_t groups, kernel[2], stride[2], padding[2], dilation[2];
};

double convolved(const at::Tensor& x, const at::Tensor& w, const Layout& l, int64_t n, int64_t o, int64_t row,
                 int64_t column) {
  const int64_t per_group = w.size(1), group = o / (w.size(0) / l.groups);
  double sum = 0;
  for (int64_t c = 0; c < per_group; ++c)
    for (int64_t i = 0; i < l.kernel[0]; ++i)
      for (int64_t j = 0; j < l.kernel[1]; ++j) {
        const int64_t r = row * l.stride[0] - l.padding[0] + i * l.dilation[0];
        const int64_t s = column * l.stride[1] - l.padding[1] + j * l.dilation[1];
        if (r < 0 || r >= x.size(2) || s < 0 || s >= x.size(3)) continue;
        sum += element(x, {n, group * per_group + c, r, s}) * element(w, {o, c, i, j});
      }
  return sum;
}

void check_result(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& y, const Layout& l) {
  for (int axis = 0; axis < 2; ++axis)
    CHECK(y.size(2 + axis) ==
          (x.size(2 + axis) + 2 * l.padding[axis] - l.dilation[axis] * (l.kernel[axis] - 1) - 1) / l.stride[axis] + 1);
  double worst = 0;
  for (int64_t n = 0; n < y.size(0); ++n)
    for (int64_t o = 0; o < y.size(1); ++o)
      for (int64_t r = 0; r < y.size(2); ++r)
        for (int64_t s = 0; s < y.size(3); ++s)
          worst =
              std::max(worst, std::abs(element(y, {n, o, r, s}) - element(b, {o}) - convolved(x, w, l, n, o, r, s)));
  CHECK(worst < 1e-6);
}

}  // namespace

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

TEST_CASE("nn.conv1d is conv2d on one row") {
  const Layout l{2, {1, 3}, {1, 2}, {0, 2}, {1, 2}};
  OneOp conv("nn.conv1d",
             {{"out_channels", 6}, {"kernel_size", 3}, {"stride", 2}, {"padding", 2}, {"dilation", 2}, {"groups", 2}},
             {{1, 4, 9}});
  const at::Tensor x = values({3, 4, 9});
  check_result(x.unsqueeze(2), conv.params[0].unsqueeze(2), conv.params[1], conv(x).unsqueeze(2), l);
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
