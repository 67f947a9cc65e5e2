// nn.conv3d against sums written out here.
#include "one_op.h"

using namespace test;

namespace {

struct Layout3 {
  int64_t groups, kernel[3], stride[3], padding[3], dilation[3];
};

double convolved(const at::Tensor& x, const at::Tensor& w, const Layout3& l, int64_t n, int64_t o, const int64_t* at) {
  const int64_t per_group = w.size(1), group = o / (w.size(0) / l.groups);
  double sum = 0;
  for (int64_t c = 0; c < per_group; ++c)
    for (int64_t i = 0; i < l.kernel[0] * l.kernel[1] * l.kernel[2]; ++i) {
      const int64_t tap[3] = {i / (l.kernel[1] * l.kernel[2]), i / l.kernel[2] % l.kernel[1], i % l.kernel[2]};
      int64_t p[3];
      bool inside = true;
      for (int a = 0; a < 3; ++a) {
        p[a] = at[a] * l.stride[a] - l.padding[a] + tap[a] * l.dilation[a];
        inside = inside && p[a] >= 0 && p[a] < x.size(2 + a);
      }
      if (inside)
        sum += element(x, {n, group * per_group + c, p[0], p[1], p[2]}) * element(w, {o, c, tap[0], tap[1], tap[2]});
    }
  return sum;
}

List triple(const int64_t* v) { return List{v[0], v[1], v[2]}; }

}  // namespace

TEST_CASE("nn.conv3d is PyTorch's, with groups, strides, padding and dilation of three axes") {
  const Layout3 layouts[] = {{1, {2, 3, 2}, {1, 1, 1}, {0, 0, 0}, {1, 1, 1}},
                             {2, {1, 3, 2}, {2, 1, 3}, {1, 2, 0}, {1, 2, 1}}};
  for (const Layout3& l : layouts) {
    OneOp conv("nn.conv3d",
               {{"out_channels", 4},
                {"kernel_size", triple(l.kernel)},
                {"stride", triple(l.stride)},
                {"padding", triple(l.padding)},
                {"dilation", triple(l.dilation)},
                {"groups", l.groups}},
               {{1, 2, 4, 6, 5}});
    const at::Tensor x = values({2, 2, 4, 6, 5}), y = conv(x);
    double worst = 0;
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t o = 0; o < 4; ++o)
        for (int64_t d = 0; d < y.size(2); ++d)
          for (int64_t r = 0; r < y.size(3); ++r)
            for (int64_t s = 0; s < y.size(4); ++s) {
              const int64_t at[3] = {d, r, s};
              const double expected = element(conv.params[1], {o}) + convolved(x, conv.params[0], l, n, o, at);
              worst = std::max(worst, std::abs(element(y, {n, o, d, r, s}) - expected));
            }
    CHECK(worst < 1e-6);
    for (int a = 0; a < 3; ++a)
      CHECK(y.size(2 + a) ==
            (x.size(2 + a) + 2 * l.padding[a] - l.dilation[a] * (l.kernel[a] - 1) - 1) / l.stride[a] + 1);
    CHECK(conv.resolved.at("in_channels") == Value(2));
  }
}

TEST_CASE("nn.conv3d starts uniform within 1/sqrt(fan in), and its accumulator and cost count a group's terms") {
  OneOp conv("nn.conv3d", {{"out_channels", 64}, {"kernel_size", List{2, 3, 2}}, {"groups", 2}}, {{1, 8, 4, 4, 4}});
  for (const at::Tensor& p : conv.params)
    CHECK(p.abs().max().item<float>() == Approx(1 / std::sqrt(48.0)).epsilon(0.05));
  CHECK(conv.grid({FixedPoint{4, 1, true}}, {FixedPoint{4, 2, true}, std::nullopt}) ==
        least_grid(-48 * 56, 48 * 64, 3));
  CHECK(conv.op->cost({{1, 8, 4, 4, 4}}, {{1, 64, 3, 2, 3}}).macs == 64 * 18 * 48);
}

TEST_CASE("nn.conv3d refuses what does not fit") {
  const auto refusal = [](Map with, Shape shape) { return error_of([&] { OneOp("nn.conv3d", with, {shape}); }); };
  CHECK_THAT(refusal({{"out_channels", 4}, {"kernel_size", 3}}, {1, 4, 7, 7}),
             Catch::Contains("found an input of shape [1,4,7,7], expected [batch, channels, depth, height, width]"));
  CHECK_THAT(refusal({{"out_channels", 4}, {"kernel_size", List{3, 3}}}, {1, 3, 7, 7, 7}),
             Catch::Contains("'kernel_size' is [3,3], expected an integer or [depth, height, width]"));
  CHECK_THAT(refusal({{"out_channels", 4}, {"kernel_size", 1}, {"groups", 3}}, {1, 3, 7, 7, 7}),
             Catch::Contains("groups is 3, which does not divide the channels"));
}
