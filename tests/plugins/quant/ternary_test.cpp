// quant.ternary: MASE's outputs, thresholds, scales.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.ternary returns what MASE returns under rule: mase") {
  CHECK(broken_mase_row("mase_ternary_4d_grid.npy", "ternary", "quant.ternary", 3) == "");
  CHECK(broken_mase_row("mase_ternary_4d_normal.npy", "ternary", "quant.ternary", 3, 2) == "");
}

TEST_CASE("quant.ternary compares magnitudes with a threshold per channel") {
  const auto x = tensor_of({1, -3, 0.5f, 1.5f, 8, -8, 0, 8}).reshape({2, 4});
  // Means 1.5 and 6, thresholds 1.125 and 4.5.
  const auto f = make_format("quant.ternary", {});
  CHECK(numbers(f->quantize(x, {})) == std::vector<double>{0, -2.25, 0, 2.25, 8, -8, 0, 8});
  CHECK(numbers(f->encode(x, {}).elements) == std::vector<double>{0, -1, 0, 1, 1, -1, 0, 1});
  CHECK(numbers(make_format("quant.ternary", {{"scaling_factor", false}, {"threshold", "median"}})->quantize(x, {})) ==
        std::vector<double>{1, -1, 0, 1, 1, -1, 0, 1});  // 0.75 * 1, 0.75 * 8
  CHECK(numbers(make_format("quant.ternary", {{"scaling_factor", false}, {"threshold", "max"}})->quantize(x, {})) ==
        std::vector<double>{1, -1, 1, 1, 1, -1, 0, 1});  // 0.15, 0.4
  CHECK(numbers(make_format("quant.ternary", {{"axis", nullptr}})->quantize(x, {})) ==
        std::vector<double>{0, -6.75, 0, 0, 6.75, -6.75, 0, 6.75});  // threshold 2.8125
  CHECK(f->bits({2, 4}) == 16 + 64);
}

TEST_CASE("quant.ternary of zeros is zero, and every rank decodes to what it quantizes") {
  const auto f = make_format("quant.ternary", {});
  CHECK(quantized(*f, {0, 0, 0}) == std::vector<double>{0, 0, 0});
  std::vector<float> values = edge_values();
  std::erase_if(values, [](float v) { return !(v < 1e30f && v > -1e30f); });
  values.resize(4096);
  for (const auto& shape : std::vector<std::vector<int64_t>>{{4096}, {64, 64}, {16, 8, 32}, {4, 4, 16, 16}}) {
    const auto x = tensor_of(values).reshape(shape);
    CHECK(numbers(f->decode(f->encode(x, {}))) == numbers(f->quantize(x, {})));
  }
  const auto plain = make_format("quant.ternary", {{"scaling_factor", false}});
  const auto g = tensor_of({1, 2, 3}), x = tensor_of({-1.5f, 1, 0.5f});
  CHECK(numbers(plain->backward(g, x, {}).front()) == std::vector<double>{1, 2, 3});
}
