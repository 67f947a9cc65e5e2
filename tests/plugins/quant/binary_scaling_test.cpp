// quant.binary_scaling: the mean magnitude of each channel.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.binary_scaling is sign times mean magnitude per channel") {
  const auto x = tensor_of({1, -3, 2, 0.5f, -0.5f, 0.5f}).reshape({2, 3});
  CHECK(numbers(make_format("quant.binary_scaling", {})->quantize(x, {})) ==
        std::vector<double>{2, -2, 2, 0.5, -0.5, 0.5});
  CHECK(numbers(make_format("quant.binary_scaling", {{"axis", 1}})->quantize(x, {})) ==
        std::vector<double>{0.75, -1.75, 1.25, 0.75, -1.75, 1.25});
  CHECK(numbers(make_format("quant.binary_scaling", {{"axis", nullptr}})->quantize(x, {})) ==
        std::vector<double>{1.25, -1.25, 1.25, 1.25, -1.25, 1.25});
  CHECK(numbers(make_format("quant.binary_scaling", {})->encode(x, {}).scale) == std::vector<double>{2, 0.5});
}

TEST_CASE("quant.binary_scaling decodes to what it quantizes") {
  std::vector<float> values = edge_values();
  std::erase_if(values, [](float v) { return !(v < 1e30f && v > -1e30f); });
  values.resize(4096);
  for (const int axis : {0, 1, 2, -1}) {
    const auto f = make_format("quant.binary_scaling", {{"axis", axis}});
    const auto x = tensor_of(values).reshape({16, 8, 32});
    INFO(axis);
    CHECK(numbers(f->decode(f->encode(x, {}))) == numbers(f->quantize(x, {})));
    CHECK(numbers(f->decode(f->encode(x.to(at::kDouble), {}))) == numbers(f->quantize(x.to(at::kDouble), {})));
  }
  CHECK(make_format("quant.binary_scaling", {})->bits({4, 10}) == 40 + 4 * 32);
  CHECK(make_format("quant.binary_scaling", {})->bits({10}) == 10 + 32);
}

TEST_CASE("quant.binary_scaling refuses an axis that is not there") {
  const auto f = make_format("quant.binary_scaling", {{"axis", 3}});
  CHECK_THROWS_WITH(f->quantize(tensor_of({1, 2, 3, 4}).reshape({2, 2}), {}), Catch::Contains("axis 3"));
}
