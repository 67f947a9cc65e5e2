// quant.binary: MASE's outputs, signs, draws, and the clipped gradient.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

#include <cmath>

TEST_CASE("quant.binary returns what MASE returns under rule: mase") {
  CHECK(broken_mase_row("mase_binary.npy", "binary", "quant.binary", 1) == "");
  // The mean of a sample: 2 units in the last place, says the vectors' README; none where all sums are exact.
  CHECK(broken_mase_row("mase_ternary_4d_grid.npy", "binary_zero_scaled", "quant.binary", 1) == "");
  CHECK(broken_mase_row("mase_ternary_4d_normal.npy", "binary_zero_scaled", "quant.binary", 1, 2) == "");
}

TEST_CASE("quant.binary is the sign, or whether x is at least 0") {
  CHECK(quantized(*make_format("quant.binary", {}), {-2, -0.1f, 0, 0.1f, 5}) == std::vector<double>{-1, -1, 1, 1, 1});
  const auto bits = make_format("quant.binary", {{"bipolar", false}});
  CHECK(quantized(*bits, {-2, 0, 3}) == std::vector<double>{0, 1, 1});
  CHECK(broken_property("quant.binary", {}) == "");
  CHECK(broken_property("quant.binary", {{"bipolar", false}}, false) == "");
  CHECK(broken_code("quant.binary", {}, 1) == "");
  CHECK(bits->bits({7, 3}) == 21);
  CHECK(bits->precision() == std::vector<int64_t>{1, 0, 0});
}

TEST_CASE("quant.binary by chance has the hard sigmoid's mean") {
  const auto f = make_format("quant.binary", {{"stochastic", true}});
  mase::Random random(5);
  mase::QuantizeContext context;
  context.random = &random;
  double sum = 0;
  for (const double v : quantized(*f, std::vector<float>(20000, 0.3f), context)) sum += v;
  CHECK(std::fabs(sum / 20000 - 0.3) < 5 * std::sqrt((1 - 0.09) / 20000));
  CHECK(quantized(*f, {2, -2}, context) == std::vector<double>{1, -1});
}

TEST_CASE("quant.binary trains where |x| <= 1 unless told otherwise") {
  const auto g = tensor_of({1, 2, 3}), x = tensor_of({-1.5f, 1, 0.5f});
  CHECK(numbers(make_format("quant.binary", {})->backward(g, x, {}).front()) == std::vector<double>{0, 2, 3});
  CHECK(broken_gradient("quant.binary", {}, 1) == "");
}
