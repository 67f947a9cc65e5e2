// quant.lsq_integer: rounding by the step, and the paper's gradients.
#include <catch2/catch.hpp>

#include "element_cases.h"

using namespace test;
using mase::Map;

#include <cmath>

TEST_CASE("quant.lsq_integer rounds to multiples of its step") {
  const auto f = make_format("quant.lsq_integer", {{"width", 4}, {"scale", 0.5}});
  CHECK(quantized(*f, {0.25f, 0.75f, 0.8f, 100, -100}) == std::vector<double>{0, 1, 1, 3.5, -4});
  CHECK(broken_property("quant.lsq_integer", {{"width", 4}, {"scale", 0.3}}) == "");
  CHECK(
      broken_gradient("quant.lsq_integer", {{"width", 4}, {"scale", 0.5}, {"is_signed", true}}, 3.5f).find("clipped") !=
      std::string::npos);  // the range is not symmetric: -4 is inside
  CHECK(f->bits({10}) == 72);
}

TEST_CASE("the step of quant.lsq_integer has the gradient of Esser et al.") {
  const auto f = make_format("quant.lsq_integer", {{"width", 3}});
  const auto parameters = f->parameters({5});
  REQUIRE(parameters.size() == 1);
  CHECK(parameters[0].name == "scale");
  mase::QuantizeContext context;
  const float s = 0.4f;
  context.parameters = {tensor_of({s}).reshape({})};
  const std::vector<float> x = {0.3f, -0.7f, 5, -5, 0.1f}, g = {1, 2, 3, 4, 5};
  const auto gradients = f->backward(tensor_of(g), tensor_of(x), context);
  // By the paper's formula 3, times 1 / sqrt(n * Qp).
  double expected = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double c = double(x[i]) / s;
    expected += g[i] * (c <= -4 ? -4 : c >= 3 ? 3 : std::nearbyint(c) - c);
  }
  expected /= std::sqrt(5 * 3.0);
  REQUIRE(gradients.size() == 2);
  CHECK(numbers(gradients[0]) == std::vector<double>{1, 2, 0, 0, 5});
  CHECK(numbers(gradients[1])[0] == Approx(expected).epsilon(1e-5));
  CHECK(numbers(f->quantize(tensor_of({0.5f}), context))[0] == double(s));
}

TEST_CASE("calibration of quant.lsq_integer finds the step") {
  const auto f = make_format("quant.lsq_integer", {{"width", 4}});
  mase::CalibrationData data;
  data.samples = tensor_of({0.7f, -0.2f, 0.1f});
  data.method = "min_max";
  CHECK(f->calibrate(data).as_map().at("scale").as_double() == Approx(0.1));
  data.method = "mse";
  CHECK(f->calibrate(data).as_map().at("scale").as_double() == Approx(0.1));
}
