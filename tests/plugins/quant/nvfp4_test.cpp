// quant.nvfp4: its two levels of scales, codes, layouts, calibration, bad input.
#include <catch2/catch.hpp>

#include <cmath>

#include "block_cases.h"

using namespace mase;
using namespace test;

TEST_CASE("quant.nvfp4 scales blocks by e4m3 numbers and the tensor by a float32") {
  const auto f = make_format("quant.nvfp4", {{"tensor_scale", 0.5}, {"block_size", along(-1, 4)}});
  // 24 / 6 / 0.5 = 8; 10 / 6 / 0.5 = 3.33 becomes 3.25; zeros have the least scale.
  const at::Tensor x = tensor_of({24, -5, 1.9f, 0.9f, 10, 3, -2, 0.3f, 0, 0, 0, -0.0f});
  const std::vector<double> expected = {24, -4, 2, 0, 9.75, 3.25, -1.625, 0, 0, 0, 0, -0.0};
  CHECK(numbers(f->quantize(x, {})) == expected);
  const Codes codes = f->encode(x, {});
  CHECK(numbers(codes.elements) == std::vector<double>{7, 8 + 2, 1, 0, 7, 4, 8 + 2, 0, 0, 0, 0, 8});
  CHECK(numbers(codes.exponents) == std::vector<double>{10 << 3, (8 << 3) + 5, 1});
  CHECK(numbers(codes.scale) == std::vector<double>{0.5});
  CHECK(numbers(f->decode(codes)) == expected);
  CHECK(f->bits({3, 10}) == 30 * 4 + 9 * 8 + 32);
  CHECK(make_format("quant.nvfp4")->precision() == std::vector<int64_t>{4, 2, 1, 16});
}

TEST_CASE("quant.nvfp4 takes the tensor's scale from its largest magnitude") {
  const auto f = make_format("quant.nvfp4");
  const at::Tensor x = tensor_of({2688, 1, -3});
  CHECK(numbers(f->encode(x, {}).scale) == std::vector<double>{1});
  CHECK(numbers(f->quantize(x, {})) == std::vector<double>{2688, 0, 0});
  CHECK(numbers(f->encode(tensor_of({0, 0}), {}).elements) == std::vector<double>{0, 0});
  CHECK(std::isfinite(quantized(*f, {3.4028235e38f})[0]));
}

TEST_CASE("quant.nvfp4: codes, layouts, draws, gradients and bad input") {
  std::vector<Map> configs = {
      {}, {{"tensor_scale", 1e-3}}, {{"block_size", List{4, 4}}}, {{"block_size", along(0, 5)}}};
  for (const char* rounding : {"floor", "ceil", "toward_zero", "nearest_away"})
    configs.push_back({{"rounding", rounding}});
  check_codes("quant.nvfp4", configs, -1);  // blocks with subnormal scales are not fixed points
  check_layouts("quant.nvfp4", {{"tensor_scale", 0.25}});
  check_bad_input("quant.nvfp4");
  check_draws("quant.nvfp4", {});
  check_gradient("quant.nvfp4", {{"tensor_scale", 0.001}}, {100, -1, 2}, {0, 0.75, 0.75});
}

TEST_CASE("quant.nvfp4 calibrates the tensor's scale") {
  CalibrationData data;
  std::vector<float> x(1000);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 100) / 50 - 1;
  x[0] = 26.88f;
  data.percentile = 99;
  data.samples = tensor_of(x);
  const auto scale = [&](const char* method) {
    data.method = method;
    return make_format("quant.nvfp4")->calibrate(data).as_map().at("tensor_scale").as_double();
  };
  CHECK(scale("min_max") == Approx(0.01));
  CHECK(scale("percentile") < 0.001);
  CHECK(scale("mse") <= 0.0101);
  CHECK(scale("entropy") <= 0.0101);
}
