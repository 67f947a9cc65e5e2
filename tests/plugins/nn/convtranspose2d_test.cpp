// nn.convtranspose2d against contributions scattered one by one.
#include "one_op.h"

using namespace test;

namespace {

struct TransposedLayout {
  int64_t groups, kernel[2], stride[2], padding[2], output_padding[2], dilation[2];
};

// Every input element adds its products with the kernel at its place in the result.
std::vector<double> scattered(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const TransposedLayout& l,
                              const Shape& size) {
  std::vector<double> y(static_cast<size_t>(size[0] * size[1] * size[2] * size[3]));
  const auto place = [&](int64_t n, int64_t o, int64_t r, int64_t s) -> double& {
    return y[static_cast<size_t>(((n * size[1] + o) * size[2] + r) * size[3] + s)];
  };
  for (int64_t n = 0; n < size[0]; ++n)
    for (int64_t o = 0; o < size[1]; ++o)
      for (int64_t i = 0; i < size[2] * size[3]; ++i) place(n, o, i / size[3], i % size[3]) = element(b, {o});
  const int64_t in_group = x.size(1) / l.groups, out_group = w.size(1);
  for (int64_t n = 0; n < x.size(0); ++n)
    for (int64_t c = 0; c < x.size(1); ++c)
      for (int64_t i = 0; i < x.size(2) * x.size(3); ++i)
        for (int64_t k = 0; k < l.kernel[0] * l.kernel[1]; ++k)
          for (int64_t o = 0; o < out_group; ++o) {
            const int64_t row = i / x.size(3), column = i % x.size(3), u = k / l.kernel[1], v = k % l.kernel[1];
            const int64_t r = row * l.stride[0] - l.padding[0] + u * l.dilation[0];
            const int64_t s = column * l.stride[1] - l.padding[1] + v * l.dilation[1];
            if (r < 0 || r >= size[2] || s < 0 || s >= size[3]) continue;
            place(n, c / in_group * out_group + o, r, s) += element(x, {n, c, row, column}) * element(w, {c, o, u, v});
          }
  return y;
}

List pair_of(const int64_t* v) { return List{v[0], v[1]}; }

}  // namespace

TEST_CASE("nn.convtranspose2d is PyTorch's, with groups, strides, both paddings and dilation") {
  const TransposedLayout layouts[] = {{1, {3, 3}, {1, 1}, {0, 0}, {0, 0}, {1, 1}},
                                      {2, {3, 2}, {2, 3}, {1, 0}, {1, 2}, {1, 1}},
                                      {1, {2, 3}, {1, 2}, {0, 1}, {0, 1}, {2, 1}}};
  for (const TransposedLayout& l : layouts) {
    OneOp op("nn.convtranspose2d",
             {{"out_channels", 6},
              {"kernel_size", pair_of(l.kernel)},
              {"stride", pair_of(l.stride)},
              {"padding", pair_of(l.padding)},
              {"output_padding", pair_of(l.output_padding)},
              {"dilation", pair_of(l.dilation)},
              {"groups", l.groups}},
             {{1, 4, 4, 3}});
    const at::Tensor x = values({2, 4, 4, 3}), y = op(x).contiguous();
    for (int a = 0; a < 2; ++a)
      CHECK(y.size(2 + a) == (x.size(2 + a) - 1) * l.stride[a] - 2 * l.padding[a] + l.dilation[a] * (l.kernel[a] - 1) +
                                 l.output_padding[a] + 1);
    const std::vector<double> expected = scattered(x, op.params[0], op.params[1], l, shape_of(y));
    double worst = 0;
    for (size_t i = 0; i < expected.size(); ++i)
      worst = std::max(worst, std::abs(expected[i] - y.const_data_ptr<float>()[i]));
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("nn.convtranspose2d starts as PyTorch's, whose fan in is that of the weight's second axis") {
  OneOp op("nn.convtranspose2d", {{"out_channels", 32}, {"kernel_size", 5}, {"groups", 2}}, {{1, 8, 9, 9}});
  CHECK(shape_of(op.params[0]) == Shape{8, 16, 5, 5});
  CHECK(shape_of(op.params[1]) == Shape{32});
  for (const at::Tensor& p : op.params) CHECK(p.abs().max().item<float>() == Approx(0.05).epsilon(0.1));
}

TEST_CASE("nn.convtranspose2d's accumulator counts the products that can meet") {
  const auto terms = [](int64_t kernel, int64_t stride, int64_t dilation) {
    const OneOp op("nn.convtranspose2d",
                   {{"out_channels", 1}, {"kernel_size", kernel}, {"stride", stride}, {"dilation", dilation}},
                   {{1, 1, 4, 4}});
    const auto grid = op.grid({FixedPoint{1, 0, false}}, {FixedPoint{1, 0, false}, std::nullopt});
    return grid->width;  // of 0 to the number of products
  };
  CHECK(terms(3, 1, 1) == 4);  // nine
  CHECK(terms(3, 2, 1) == 3);  // two by two
  CHECK(terms(2, 2, 1) == 1);  // one
  CHECK(terms(3, 2, 2) == 4);  // all nine lie at even distances
  const OneOp op("nn.convtranspose2d", {{"out_channels", 6}, {"kernel_size", 3}}, {{1, 4, 4, 3}});
  CHECK(op.op->cost({{1, 4, 4, 3}}, {{1, 6, 6, 5}}).macs == 4 * 4 * 3 * 6 * 9);
}

TEST_CASE("nn.convtranspose2d refuses what does not fit") {
  const auto refusal = [](Map with, Shape shape) {
    return error_of([&] { OneOp("nn.convtranspose2d", with, {shape}); });
  };
  CHECK_THAT(refusal({{"out_channels", 4}, {"kernel_size", 3}}, {1, 4, 7}),
             Catch::Contains("found an input of shape [1,4,7], expected [batch, channels, height, width]"));
  CHECK_THAT(refusal({{"out_channels", 4}, {"kernel_size", 3}, {"output_padding", 1}}, {1, 4, 7, 7}),
             Catch::Contains("output_padding is not below stride or dilation"));
}
