// Pooling against windows written out here.
#include "one_op.h"

using namespace test;

namespace {

struct Window {
  double sum = 0, greatest = -1e30;
  int count = 0;
};

// What lies in rows [r0, r1) and columns [s0, s1), steps apart, inside the image.
Window window(const at::Tensor& x, int64_t n, int64_t c, int64_t r0, int64_t r1, int64_t s0, int64_t s1,
              int64_t row_step = 1, int64_t column_step = 1) {
  Window w;
  for (int64_t r = r0; r < r1; r += row_step)
    for (int64_t s = s0; s < s1; s += column_step) {
      if (r < 0 || r >= x.size(2) || s < 0 || s >= x.size(3)) continue;
      const double v = element(x, {n, c, r, s});
      w.sum += v, w.greatest = std::max(w.greatest, v), ++w.count;
    }
  return w;
}

template <class Expected>
double worst(const at::Tensor& y, const Expected& expected) {
  double difference = 0;
  for (int64_t n = 0; n < y.size(0); ++n)
    for (int64_t c = 0; c < y.size(1); ++c)
      for (int64_t r = 0; r < y.size(2); ++r)
        for (int64_t s = 0; s < y.size(3); ++s)
          difference = std::max(difference, std::abs(element(y, {n, c, r, s}) - expected(n, c, r, s)));
  return difference;
}

}  // namespace

TEST_CASE("nn.max_pool2d takes the greatest value of each window") {
  const at::Tensor x = values({2, 3, 7, 8}) - 2;  // all negative: padding must not win
  OneOp pool("nn.max_pool2d",
             {{"kernel_size", List{3, 2}}, {"stride", List{2, 1}}, {"padding", 1}, {"dilation", List{1, 2}}},
             {{1, 3, 7, 8}});
  const at::Tensor y = pool(x);
  CHECK(y.sizes() == at::IntArrayRef{2, 3, 4, 8});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          return window(x, n, c, 2 * r - 1, 2 * r + 2, s - 1, s + 2, 1, 2).greatest;
        }) == 0);
}

TEST_CASE("a pool without a stride steps by its window, and may reach beyond the end") {
  const at::Tensor x = values({1, 1, 5, 5});
  CHECK(OneOp("nn.max_pool2d", {{"kernel_size", 2}}, {{1, 1, 5, 5}})(x).sizes() == at::IntArrayRef{1, 1, 2, 2});
  const at::Tensor y = OneOp("nn.max_pool2d", {{"kernel_size", 2}, {"ceil_mode", true}}, {{1, 1, 5, 5}})(x);
  CHECK(y.sizes() == at::IntArrayRef{1, 1, 3, 3});
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          return window(x, n, c, 2 * r, 2 * r + 2, 2 * s, 2 * s + 2).greatest;
        }) == 0);
}

TEST_CASE("nn.avg_pool2d takes the mean, with or without the padding") {
  const at::Tensor x = values({2, 2, 6, 6});
  for (const bool with_padding : {true, false}) {
    const at::Tensor y =
        OneOp("nn.avg_pool2d", {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}, {"count_include_pad", with_padding}},
              {{1, 2, 6, 6}})(x);
    CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
            const Window w = window(x, n, c, 2 * r - 1, 2 * r + 2, 2 * s - 1, 2 * s + 2);
            return w.sum / (with_padding ? 9 : w.count);
          }) < 1e-6);
  }
  const at::Tensor y = OneOp("nn.avg_pool2d", {{"kernel_size", 2}, {"divisor_override", 3}}, {{1, 2, 6, 6}})(x);
  CHECK(worst(y, [&](int64_t n, int64_t c, int64_t r, int64_t s) {
          return window(x, n, c, 2 * r, 2 * r + 2, 2 * s, 2 * s + 2).sum / 3;
        }) < 1e-6);
}

TEST_CASE("pools over one axis are those over a row") {
  const at::Tensor x = values({2, 3, 9});
  const auto row = [&](const char* name, Map with) {
    return OneOp(name, std::move(with), {{1, 3, 9}})(x).unsqueeze(2);
  };
  const at::Tensor wide = x.unsqueeze(2);
  CHECK(worst(row("nn.max_pool1d", {{"kernel_size", 3}, {"stride", 2}}), [&](int64_t n, int64_t c, int64_t, int64_t s) {
          return window(wide, n, c, 0, 1, 2 * s, 2 * s + 3).greatest;
        }) == 0);
  CHECK(
      worst(row("nn.avg_pool1d", {{"kernel_size", 3}, {"padding", 1}}), [&](int64_t n, int64_t c, int64_t, int64_t s) {
        return window(wide, n, c, 0, 1, 3 * s - 1, 3 * s + 2).sum / 3;
      }) < 1e-6);
}

TEST_CASE("adaptive pools divide the input as PyTorch does") {
  const at::Tensor x = values({2, 2, 7, 5});
  const auto part = [](int64_t i, int64_t size, int64_t parts) {
    return std::pair(i * size / parts, ((i + 1) * size + parts - 1) / parts);
  };
  const auto at_part = [&](int64_t n, int64_t c, int64_t r, int64_t s) {
    const auto [r0, r1] = part(r, 7, 3);
    const auto [s0, s1] = part(s, 5, 2);
    return window(x, n, c, r0, r1, s0, s1);
  };
  const Map with{{"output_size", List{3, 2}}};
  const at::Tensor mean = OneOp("nn.adaptive_avg_pool2d", with, {{1, 2, 7, 5}})(x),
                   most = OneOp("nn.adaptive_max_pool2d", with, {{1, 2, 7, 5}})(x);
  CHECK(mean.sizes() == at::IntArrayRef{2, 2, 3, 2});
  CHECK(worst(mean, [&](auto n, auto c, auto r, auto s) {
          return at_part(n, c, r, s).sum / at_part(n, c, r, s).count;
        }) < 1e-6);
  CHECK(worst(most, [&](auto n, auto c, auto r, auto s) { return at_part(n, c, r, s).greatest; }) == 0);
  const at::Tensor row = x.select(2, 0);
  CHECK(greatest_difference(OneOp("nn.adaptive_avg_pool1d", {{"output_size", 1}}, {{1, 2, 5}})(row),
                            row.mean(-1, true)) < 1e-6);
  CHECK(greatest_difference(OneOp("nn.adaptive_max_pool1d", {{"output_size", 5}}, {{1, 2, 5}})(row), row) == 0);
}

TEST_CASE("means are exact on a grid when the window is a power of two") {
  const FixedPoint in{8, 4, true}, unsigned_in{6, 0, false};
  const auto grid = [](const char* name, Map with, const FixedPoint& p, Shape shape) {
    return OneOp(name, std::move(with), {shape}).grid({p}, {}, {shape});
  };
  CHECK(grid("nn.avg_pool2d", {{"kernel_size", 2}}, in, {1, 1, 4, 4}) == FixedPoint{10, 6, true});
  CHECK(grid("nn.avg_pool1d", {{"kernel_size", 4}}, unsigned_in, {1, 1, 8}) == FixedPoint{8, 2, false});
  CHECK_FALSE(grid("nn.avg_pool2d", {{"kernel_size", 3}}, in, {1, 1, 9, 9}));
  CHECK_FALSE(grid("nn.avg_pool2d", {{"kernel_size", 2}, {"ceil_mode", true}}, in, {1, 1, 4, 4}));
  CHECK_FALSE(grid("nn.avg_pool2d", {{"kernel_size", 2}, {"divisor_override", 4}}, in, {1, 1, 4, 4}));
  CHECK_FALSE(
      grid("nn.avg_pool2d", {{"kernel_size", 2}, {"padding", 1}, {"count_include_pad", false}}, in, {1, 1, 4, 4}));
  CHECK(grid("nn.adaptive_avg_pool2d", {{"output_size", 2}}, in, {1, 1, 4, 8}) == FixedPoint{11, 7, true});
  CHECK_FALSE(grid("nn.adaptive_avg_pool2d", {{"output_size", 3}}, in, {1, 1, 4, 8}));
  CHECK(grid("nn.max_pool2d", {{"kernel_size", 3}}, in, {1, 1, 9, 9}) == in);
  CHECK(grid("nn.adaptive_max_pool1d", {{"output_size", 3}}, in, {1, 1, 9}) == in);
}
