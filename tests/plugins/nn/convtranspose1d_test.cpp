// nn.convtranspose1d against contributions scattered one by one.
#include "places.h"

using namespace test;

namespace {

struct Spread {
  int64_t groups, kernel, stride, padding, output_padding, dilation;
};

// What every input element adds at `place` of output channel `o`.
double spread(const at::Tensor& x, const at::Tensor& w, const Spread& l, int64_t n, int64_t o, int64_t place) {
  const int64_t in_group = x.size(1) / l.groups, out_group = w.size(1), group = o / out_group;
  double sum = 0;
  for (int64_t c = group * in_group; c < (group + 1) * in_group; ++c)
    for (int64_t i = 0; i < x.size(2); ++i)
      for (int64_t k = 0; k < l.kernel; ++k)
        if (i * l.stride - l.padding + k * l.dilation == place)
          sum += value_at(x, {n, c, i}) * value_at(w, {c, o % out_group, k});
  return sum;
}

Map fields_of(const Spread& l) {
  return {{"out_channels", 6},
          {"kernel_size", l.kernel},
          {"stride", l.stride},
          {"padding", l.padding},
          {"output_padding", l.output_padding},
          {"dilation", l.dilation},
          {"groups", l.groups}};
}

}  // namespace

TEST_CASE("nn.convtranspose1d is PyTorch's, with groups, strides, both paddings and dilation") {
  for (const Spread& l : {Spread{1, 3, 1, 0, 0, 1}, Spread{2, 3, 2, 1, 1, 1}, Spread{1, 2, 3, 1, 2, 2}}) {
    OneOp op("nn.convtranspose1d", fields_of(l), {{1, 4, 5}});
    CHECK(shape_of(op.params[0]) == Shape{4, 6 / l.groups, l.kernel});
    const at::Tensor x = values({2, 4, 5});
    const int64_t length = 4 * l.stride - 2 * l.padding + l.dilation * (l.kernel - 1) + l.output_padding + 1;
    CHECK(worst_place(op(x), {2, 6, length}, [&](const Shape& p) {
            return spread(x, op.params[0], l, p[0], p[1], p[2]) + value_at(op.params[1], {p[1]});
          }) < 1e-6);
  }
}

TEST_CASE("nn.convtranspose1d's accumulator counts the products that can meet") {
  const auto terms = [](int64_t kernel, int64_t stride, int64_t dilation) {
    const OneOp op("nn.convtranspose1d",
                   {{"out_channels", 1}, {"kernel_size", kernel}, {"stride", stride}, {"dilation", dilation}},
                   {{1, 1, 4}});
    return op.grid({FixedPoint{1, 0, false}}, {FixedPoint{1, 0, false}, std::nullopt})->width;
  };
  CHECK(terms(7, 1, 1) == 3);  // seven
  CHECK(terms(7, 2, 1) == 3);  // four
  CHECK(terms(6, 2, 1) == 2);  // three
  CHECK(terms(2, 2, 1) == 1);  // one
  CHECK(terms(4, 2, 2) == 3);  // all four lie at even distances
  const OneOp op("nn.convtranspose1d", {{"out_channels", 6}, {"kernel_size", 3}, {"groups", 2}}, {{1, 4, 5}});
  CHECK(op.op->cost({{1, 4, 5}}, {{1, 6, 7}}).macs == 4 * 5 * 3 * 3);
}

TEST_CASE("gradients of nn.convtranspose1d reach input and weight") {
  OneOp op("nn.convtranspose1d", {{"out_channels", 2}, {"kernel_size", 3}, {"stride", 2}}, {{1, 2, 3}});
  op.to_double();
  const at::Tensor x = values({1, 2, 3}, 5, at::kDouble), weight = op.params[0];
  CHECK(gradient_error([&](const at::Tensor& moved) { return op(moved); }, x) < 1e-7);
  const auto through = [&](const at::Tensor& moved) {
    op.params[0] = moved;
    return op(x);
  };
  CHECK(gradient_error(through, weight) < 1e-7);
}

TEST_CASE("nn.convtranspose1d refuses what does not fit") {
  const auto with = [](Map fields, Shape shape) {
    return error_of([&] { OneOp("nn.convtranspose1d", fields, {shape}); });
  };
  CHECK_THAT(with({{"out_channels", 4}, {"kernel_size", 3}}, {1, 4}),
             Catch::Contains("expected [batch, channels, length]"));
  CHECK_THAT(with({{"out_channels", 4}, {"kernel_size", 3}, {"output_padding", 1}}, {1, 4, 7}),
             Catch::Contains("output_padding is not below stride or dilation"));
  CHECK_THAT(with({{"out_channels", 4}, {"kernel_size", 3}, {"groups", 3}}, {1, 4, 7}),
             Catch::Contains("groups is 3, which does not divide the channels"));
}
