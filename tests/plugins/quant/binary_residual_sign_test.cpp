// quant.binary_residual_sign: residuals, codes, gradients of the means.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

TEST_CASE("quant.binary_residual_sign adds signs of what is left") {
  const auto two = make_format("quant.binary_residual_sign", {{"levels", 2}});  // 1/2 and 1/4
  CHECK(quantized(*two, {2, 0.3f, 0.1f, -0.1f, -9}) == std::vector<double>{0.75, 0.25, 0.25, -0.25, -0.75});
  CHECK(numbers(two->encode(tensor_of({2, 0.3f, -0.1f, -9}), {}).elements) == std::vector<double>{3, 1, 2, 0});
  const auto one = make_format("quant.binary_residual_sign", {{"levels", 1}, {"means", mase::List{0.7}}});
  CHECK(numbers(one->quantize(tensor_of({2, -1}).to(at::kDouble), {})) == std::vector<double>{0.7, -0.7});
  for (int levels = 1; levels <= 3; ++levels)
    CHECK(broken_property("quant.binary_residual_sign", {{"levels", levels}}) == "");
  CHECK(two->bits({10}) == 20 + 64);
}

TEST_CASE("the means of quant.binary_residual_sign are trainable") {
  const auto f = make_format("quant.binary_residual_sign", {{"levels", 2}});
  const auto parameters = f->parameters({4});
  REQUIRE(parameters.size() == 1);
  CHECK(parameters[0].name == "means");
  CHECK(numbers(parameters[0].initial) == std::vector<double>{0.5, 0.25});
  mase::QuantizeContext context;
  context.parameters = {tensor_of({1, 0.5f})};
  const auto x = tensor_of({2, 0.3f, -0.1f, -9});
  CHECK(numbers(f->quantize(x, context)) == std::vector<double>{1.5, 0.5, -0.5, -1.5});
  CHECK(numbers(f->decode(f->encode(x, context))) == std::vector<double>{1.5, 0.5, -0.5, -1.5});
  const auto gradients = f->backward(tensor_of({1, 10, 100, 1000}), x, context);
  REQUIRE(gradients.size() == 2);
  CHECK(numbers(gradients[0]) == std::vector<double>{0, 10, 100, 0});  // |x| <= 1.5
  CHECK(numbers(gradients[1]) == std::vector<double>{1 + 10 - 100 - 1000, 1 - 10 + 100 - 1000});
}

TEST_CASE("calibration of quant.binary_residual_sign takes mean magnitudes of what is left") {
  mase::CalibrationData data;
  data.samples = tensor_of({1, -3}), data.method = "mse";
  const auto means = make_format("quant.binary_residual_sign", {})->calibrate(data).as_map().at("means").as_list();
  CHECK(means.at(0).as_double() == 2);
  CHECK(means.at(1).as_double() == 1);
  CHECK_THROWS_WITH(make_format("quant.binary_residual_sign", {{"levels", 2}, {"means", mase::List{1.0}}}),
                    Catch::Contains("1 means for 2 levels"));
}
