// quant.integer as components see it: golden vectors, codes, tensors of every layout, gradients, calibration.
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "element_cases.h"
#include "support/fake_context.h"

using namespace mase;
using namespace test;

namespace {

std::shared_ptr<Format> integer(Map with, const std::string& name = "quant.integer") {
  return registry().create<Format>(Chosen(name, std::move(with)));
}

}  // namespace

TEST_CASE("quant.integer rounds ties to even and saturates, as MASE's run of 8/4 shows") {
  const auto f = integer({{"width", 8}, {"frac_width", 4}});
  // The first three from a run of MASE; the others are the limits -8 and 7.9375.
  CHECK(numbers(f->quantize(tensor_of({0.03125f, 0.09375f, 0.15625f, 100, -100}), {})) ==
        std::vector<double>{0, 0.125, 0.125, 7.9375, -8});
  CHECK(f->bits({3, 5}) == 120);
  CHECK(f->bits({}) == 8);
  CHECK(f->precision() == std::vector<int64_t>{8, 4});
  CHECK(f->fixed_point() == FixedPoint{8, 4, true});
}

TEST_CASE("quant.fixed is quant.integer under its other name") {
  const at::Tensor x = at::linspace(-10, 10, 1001);
  CHECK(at::equal(integer({{"width", 6}}, "quant.fixed")->quantize(x, {}), integer({{"width", 6}})->quantize(x, {})));
}

TEST_CASE("quant.integer has +0 as its only zero, MASE's rule keeps -0") {
  const at::Tensor x = tensor_of({-0.0f, -0.01f});
  for (const int width : {8, 40}) {
    const at::Tensor y = integer({{"width", width}})->quantize(x, {});
    CHECK_FALSE(std::signbit(y.const_data_ptr<float>()[0]));
    CHECK_FALSE(std::signbit(y.const_data_ptr<float>()[1]));
  }
  const auto mase_rule = integer({{"rule", "mase"}});
  const at::Tensor y = mase_rule->quantize(x, {});
  CHECK(std::signbit(y.const_data_ptr<float>()[0]));
  CHECK(std::signbit(y.const_data_ptr<float>()[1]));
  CHECK(numbers(mase_rule->encode(x, {}).elements) == std::vector<double>{0, 0});
}

TEST_CASE("quant.integer saturates wide grids inside their limits; MASE's rule at the rounded limit") {
  const at::Tensor big = at::full({1}, 1e30, at::kFloat);
  CHECK(numbers(integer({{"width", 32}, {"frac_width", 0}})->quantize(big, {}))[0] == 2147483520.0);
  const auto mase_rule = integer({{"width", 32}, {"frac_width", 0}, {"rule", "mase"}});
  CHECK(numbers(mase_rule->quantize(big, {}))[0] == 2147483648.0);
  CHECK(test::message([&] { mase_rule->encode(big, {}); }).find("no code of Q32.0 carries") != std::string::npos);
  const at::Tensor exact = at::full({1}, 1e30, at::kDouble);
  CHECK(numbers(integer({{"width", 32}, {"frac_width", 0}})->quantize(exact, {}))[0] == 2147483647.0);
}

TEST_CASE("codes decode to exactly what quantize returns, for every width, type and overflow") {
  const at::Tensor x = at::linspace(-40, 40, 4001);
  for (const char* overflow : {"saturate", "saturate_symmetric", "saturate_to_zero", "wrap"})
    for (const int width : {1, 2, 7, 8, 16, 24, 31, 32, 33, 53, 63, 64})
      for (const bool is_signed : {true, false})
        for (const auto type : {at::kFloat, at::kDouble})
          for (const int frac_width : {-3, 0, 5, 60}) {
            const auto f = integer(
                {{"width", width}, {"frac_width", frac_width}, {"is_signed", is_signed}, {"overflow", overflow}});
            const at::Tensor in = x.to(type), y = f->quantize(in, {});
            const Codes codes = f->encode(in, {});
            INFO(overflow << " width " << width << " frac_width " << frac_width << " signed " << is_signed);
            REQUIRE(y.scalar_type() == type);
            REQUIRE(codes.point == f->fixed_point());
            REQUIRE(at::equal(f->decode(codes), y.to(at::kDouble)));
            REQUIRE(at::equal(f->quantize(y, {}), y));  // what is on the grid stays
          }
}

TEST_CASE("quant.integer reads any layout and keeps the shape") {
  const auto f = integer({{"width", 8}, {"frac_width", 2}});
  const at::Tensor base = at::linspace(-3, 3, 120).reshape({2, 3, 4, 5});
  const at::Tensor expected = f->quantize(base, {});
  CHECK(at::equal(f->quantize(base.permute({3, 1, 0, 2}), {}), expected.permute({3, 1, 0, 2})));
  CHECK(at::equal(f->quantize(base.slice(3, 0, 5, 2), {}), expected.slice(3, 0, 5, 2)));
  CHECK(at::equal(f->quantize(base.select(0, 1).expand({4, 3, 4, 5}), {}), expected.select(0, 1).expand({4, 3, 4, 5})));
  CHECK(at::equal(f->encode(base.permute({3, 1, 0, 2}), {}).elements,
                  f->encode(base, {}).elements.permute({3, 1, 0, 2})));
  CHECK(f->quantize(at::zeros({0, 4}), {}).sizes() == at::IntArrayRef({0, 4}));
  CHECK(f->quantize(at::full({}, 0.3), {}).item<float>() == 0.25f);
  CHECK(at::equal(base, at::linspace(-3, 3, 120).reshape({2, 3, 4, 5})));
}

TEST_CASE("a large tensor, shared out among threads, is quantized as its parts are") {
  const auto f = integer({{"width", 8}, {"frac_width", 4}});
  at::Tensor x = at::linspace(-9, 9, 300001);
  const at::Tensor y = f->quantize(x, {});
  for (int64_t first = 0; first < 300001; first += 50000)
    REQUIRE(at::equal(y.slice(0, first, first + 50000), f->quantize(x.slice(0, first, first + 50000), {})));
  x.mutable_data_ptr<float>()[299999] = std::numeric_limits<float>::quiet_NaN();
  CHECK(test::message([&] { f->quantize(x, {}); }).find("NaN") != std::string::npos);
}

TEST_CASE("a NaN is an error that names the tensor, or stays one") {
  const at::Tensor x = tensor_of({1, std::nanf(""), 2});
  QuantizeContext context;
  context.tensor = "fc1.weight";
  const std::string text = test::message([&] { integer({})->quantize(x, context); });
  CHECK(text.find("fc1.weight holds a NaN") != std::string::npos);
  CHECK(text.find("nan: propagate") != std::string::npos);
  for (const int width : {8, 30}) {
    const auto f = integer({{"width", width}, {"nan", "propagate"}});
    const auto y = numbers(f->quantize(x, {}));
    CHECK((y[0] == 1 && std::isnan(y[1]) && y[2] == 2));
    CHECK_FALSE(test::message([&] { f->encode(x, {}); }).empty());
  }
}

TEST_CASE("infinities saturate, become 0 or wrap to 0") {
  const float inf = std::numeric_limits<float>::infinity();
  const auto of = [&](const char* overflow) {
    return numbers(integer({{"overflow", overflow}})->quantize(tensor_of({inf, -inf}), {}));
  };
  CHECK(of("saturate") == std::vector<double>{7.9375, -8});
  CHECK(of("saturate_symmetric") == std::vector<double>{7.9375, -7.9375});
  CHECK(of("saturate_to_zero") == std::vector<double>{0, 0});
  CHECK(of("wrap") == std::vector<double>{0, 0});
}

TEST_CASE("stochastic rounding: unbiased, the same draw in quantize and encode, new in the next call") {
  const auto f = integer({{"width", 8}, {"frac_width", 0}, {"rounding", "stochastic"}});
  const at::Tensor x = at::full({100000}, 2.3);
  Random random(7), same(7);
  QuantizeContext context, again;
  context.random = &random, again.random = &same;
  const at::Tensor y = f->quantize(x, context);
  CHECK(y.mean().item<float>() == Approx(2.3).margin(0.01));  // seven standard deviations of the mean
  CHECK(at::equal(f->decode(f->encode(x, again)).to(at::kFloat), y));
  CHECK_FALSE(at::equal(f->quantize(x, context), y));
  CHECK(at::equal(f->quantize(tensor_of({-128, 3, 500}), context), tensor_of({-128, 3, 127})));
}

TEST_CASE("quant.integer refuses other types of numbers") {
  CHECK(test::message([] { integer({})->quantize(at::arange(4), {}); }).find("expected float32 or float64") !=
        std::string::npos);
  CHECK(test::message([] { integer({})->quantize(at::Tensor(), {}); }).find("expected a tensor") != std::string::npos);
}

TEST_CASE("the gradient goes straight through, or stops where values are clipped") {
  const at::Tensor x = tensor_of({-9, -8, 0.3f, 7.9375f, 8}), g = tensor_of({1, 2, 3, 4, 5});
  CHECK(at::equal(integer({})->backward(g, x, {}).front(), g));
  const auto clipping = integer({{"clip_gradient", true}});
  CHECK(at::equal(clipping->backward(g, x, {}).front(), tensor_of({0, 2, 3, 4, 0})));
  CHECK(at::equal(clipping->backward(g.to(at::kDouble), x.to(at::kDouble), {}).front(),
                  tensor_of({0, 2, 3, 4, 0}).to(at::kDouble)));
}

TEST_CASE("autograd sees the format's own gradient") {
  const at::Tensor x = tensor_of({-9, 0.3f}).requires_grad_(true);
  const at::Tensor y = quantize_with_gradient(integer({{"clip_gradient", true}}), x, {});
  CHECK(numbers(y.detach()) == std::vector<double>{-8, 0.3125});
  y.sum().backward();
  CHECK(numbers(x.grad()) == std::vector<double>{0, 1});
}

TEST_CASE("calibration places the point by the range, a percentile or the squared error") {
  CalibrationData data;
  data.samples = tensor_of({0.1f, -0.9f, 0.5f, std::numeric_limits<float>::infinity()});
  data.method = "min_max";
  CHECK(integer({})->calibrate(data).as_map().at("frac_width").as_int() == 7);  // 0.9 * 2^7 = 115.2 <= 127
  data.samples = at::full({1001}, 0.4);
  data.samples.mutable_data_ptr<float>()[500] = 100;
  CHECK(integer({})->calibrate(data).as_map().at("frac_width").as_int() == 0);  // 100 <= 127 < 200
  data.method = "percentile", data.percentile = 99;
  CHECK(integer({})->calibrate(data).as_map().at("frac_width").as_int() == 8);  // 0.4 * 2^8 = 102.4 <= 127
  data.method = "mse";
  CHECK(integer({})->calibrate(data).as_map().at("frac_width").as_int() == 0);  // the outlier costs most
  data.samples = at::zeros({4});
  CHECK(integer({})->calibrate(data).is_null());
  data.method = "magic";
  CHECK(test::message([&] { integer({})->calibrate(data); }).find("'magic'") != std::string::npos);
}

TEST_CASE("fields of quant.integer are checked") {
  const auto problem = [](Map with) { return test::message([&] { integer(std::move(with)); }); };
  CHECK(problem({{"width", 65}}).find("'width' is 65, expected an integer in [1, 64]") != std::string::npos);
  CHECK(problem({{"frac_with", 3}}).find("did you mean 'frac_width'?") != std::string::npos);
  CHECK(problem({{"rounding", "nearest_evn"}}).find("did you mean 'nearest_even'?") != std::string::npos);
  CHECK(problem({{"rule", "mase"}, {"rounding", "ceil"}}).find("nearest_even and floor alone") != std::string::npos);
  CHECK(problem({{"rule", "mase"}, {"overflow", "wrap"}}).find("saturate alone") != std::string::npos);
}
