// quant.asymmetric_integer: scales and zero points, codes, channels, calibration, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"

using namespace mase;
using namespace test;

namespace {

constexpr const char* kName = "quant.asymmetric_integer";

std::vector<double> numbers(const Value& v) {
  std::vector<double> found;
  for (const Value& item : v.as_list()) found.push_back(item.as_double());
  return found;
}

}  // namespace

TEST_CASE("quant.asymmetric_integer computes as PyTorch's fake_quantize with given scale and zero point") {
  const auto f = make_format(kName, {{"width", 4}, {"scale", List{0.5}}, {"zero_point", List{3}}});
  // From (0 - 3) / 2 to (15 - 3) / 2, ties to even.
  CHECK(quantized(*f, {0, 0.25f, 0.75f, -0.8f, -9, 9}) == std::vector<double>{0, 0, 1, -1, -1.5, 6});
  const Codes codes = f->encode(tensor_of({0, 0.25f, 0.75f, -0.8f, -9, 9}), {});
  CHECK(numbers(codes.elements) == std::vector<double>{3, 3, 5, 1, 0, 15});
  CHECK(numbers(codes.exponents) == std::vector<double>{3});
  CHECK(numbers(codes.scale) == std::vector<double>{0.5});
  CHECK(f->bits({3, 10}) == 30 * 4 + 32 + 4);
  CHECK(f->precision() == std::vector<int64_t>{4});
  check_gradient(kName, {{"width", 4}, {"scale", List{0.5}}, {"zero_point", List{3}}}, {-9, 9, 6, -1.5, 0},
                 {0, 0, 0.75, 0.75, 0.75});
}

TEST_CASE("quant.asymmetric_integer adds the zero point before rounding where told to") {
  const Map fields{{"width", 4}, {"scale", List{0.5}}, {"zero_point", List{3}}};
  Map first = fields;
  first["zero_point_first"] = true;
  const std::vector<float> x = {0, 0.25f, 0.75f, -0.25f, -9, 9};
  // 0.25 is half a step: between the codes 3 and 4.
  CHECK(quantized(*make_format(kName, fields), x) == std::vector<double>{0, 0, 1, 0, -1.5, 6});
  CHECK(quantized(*make_format(kName, first), x) == std::vector<double>{0, 0.5, 0.5, -0.5, -1.5, 6});
  CHECK(numbers(make_format(kName, first)->encode(tensor_of(x), {}).elements) ==
        std::vector<double>{3, 4, 4, 2, 0, 15});
  std::vector<Map> configs = {first};
  for (const char* rounding : {"floor", "ceil", "nearest_away", "toward_zero", "stochastic"}) {
    configs.push_back(first);
    configs.back()["rounding"] = rounding;
  }
  check_codes(kName, configs, -1);
  check_gradient(kName, first, {-9, 9, 6, -1.5, 0}, {0, 0, 0.75, 0.75, 0.75});
  CHECK(refused(kName, {{"zero_point_first", true}}).find("zero_point_first") != std::string::npos);
}

TEST_CASE("quant.asymmetric_integer with a narrow range leaves out one code") {
  const at::Tensor x = tensor_of({-1, 6, 0, 2});
  const Codes codes = make_format(kName, {{"width", 4}, {"narrow_range", true}})->encode(x, {});
  CHECK(numbers(codes.scale) == std::vector<double>{0.5});
  CHECK(numbers(codes.elements) == std::vector<double>{0, 14, 2, 6});
  const Codes of_signed =
      make_format(kName, {{"width", 4}, {"narrow_range", true}, {"is_signed", true}})->encode(x, {});
  CHECK(numbers(of_signed.elements) == std::vector<double>{-7, 7, -5, -1});
  CHECK(
      refused(kName, {{"narrow_range", true}, {"scale", List{0.5}}, {"zero_point", List{255}}}).find("from 0 to 254") !=
      std::string::npos);
}

TEST_CASE("quant.asymmetric_integer takes the range from the values, zero included") {
  const auto f = make_format(kName, {{"width", 4}});
  const Codes codes = f->encode(tensor_of({-1, 6.5f, 0, 2}), {});
  CHECK(numbers(codes.scale) == std::vector<double>{0.5});
  CHECK(numbers(codes.exponents) == std::vector<double>{2});
  CHECK(numbers(codes.elements) == std::vector<double>{0, 15, 2, 6});
  CHECK(numbers(f->encode(tensor_of({3.75f, 1}), {}).scale) == std::vector<double>{0.25});
  CHECK(quantized(*f, {0, 0, 0}) == std::vector<double>{0, 0, 0});
}

TEST_CASE("quant.asymmetric_integer has scales per channel on any axis") {
  const at::Tensor x = tensor_of({0, 15, 3, 0, 30, 4, 0, 7.5f, 3}, {3, 3});
  const auto rows = make_format(kName, {{"width", 4}, {"per", "channel"}});
  CHECK(numbers(rows->encode(x, {}).scale) == std::vector<double>{1, 2, 0.5});
  const auto columns = make_format(kName, {{"width", 4}, {"per", "channel"}, {"axis", -1}});
  CHECK(numbers(columns->encode(x, {}).exponents) == std::vector<double>{0, 0, 0});
  CHECK(numbers(columns->quantize(x, {})) == numbers(rows->quantize(x.t(), {}).t()));
  QuantizeContext context;
  context.channel_axis = 1;
  CHECK(numbers(rows->quantize(x, context)) == numbers(columns->quantize(x, {})));
  CHECK(rows->bits({3, 10}) == 30 * 4 + 3 * (32 + 4));
}

TEST_CASE("quant.asymmetric_integer: codes, draws and bad input") {
  std::vector<Map> configs = {{}, {{"is_signed", true}}, {{"per", "channel"}}, {{"per", "channel"}, {"axis", -1}}};
  for (const int width : {2, 4, 12, 22}) configs.push_back({{"width", width}});
  check_codes(kName, configs, -1);
  check_bad_input(kName);
  check_draws(kName, {{"width", 4}});
  CHECK(refused(kName, {{"scale", List{0.5}}, {"zero_point", List{1, 2}}}).find("2 zero points beside 1 scales") !=
        std::string::npos);
  CHECK(refused(kName, {{"scale", List{0.5}}, {"zero_point", List{256}}}).find("from 0 to 255") != std::string::npos);
  CHECK(refused(kName, {{"scale", List{0.5, 1.0}}}).find("per: tensor has one scale, found 2") != std::string::npos);
}

TEST_CASE("quant.asymmetric_integer calibrates scale and zero point") {
  CalibrationData data;
  std::vector<float> x(2000);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 100) / 100 - 0.25f;
  x[7] = 40;
  data.samples = tensor_of(x, {2, 1000}), data.channel_axis = 0;
  const auto fields = [&](const char* method, Map with) {
    data.method = method;
    return make_format(kName, std::move(with))->calibrate(data).as_map();
  };
  const Map whole = fields("min_max", {});
  CHECK(numbers(whole.at("scale"))[0] == Approx(40.25 / 255));
  CHECK(numbers(whole.at("zero_point"))[0] == 2);
  const Map rows = fields("min_max", {{"per", "channel"}});
  REQUIRE(numbers(rows.at("scale")).size() == 2);
  CHECK(numbers(rows.at("scale"))[1] == Approx(0.99 / 255).epsilon(1e-3));
  CHECK(numbers(fields("percentile", {{"width", 4}}).at("scale"))[0] < 0.2);
  // One number in 2,000 costs less than the others where it is cut off by more than they are resolved.
  CHECK(numbers(fields("mse", {{"width", 4}}).at("scale"))[0] == Approx(40.25 / 15));
  CHECK(numbers(fields("entropy", {{"width", 4}}).at("scale"))[0] <= 40.26 / 15);
  // What was chosen is a configuration.
  const auto chosen =
      make_format(kName, {{"per", "channel"}, {"scale", rows.at("scale")}, {"zero_point", rows.at("zero_point")}});
  CHECK(numbers(chosen->quantize(data.samples, {})) ==
        numbers(make_format(kName, {{"per", "channel"}})->quantize(data.samples, {})));
}

TEST_CASE("quant.asymmetric_integer stays within float32 beside infinity, and its zero point is a code") {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto f = make_format(kName);
  const at::Tensor x = tensor_of({infinity, -infinity, 0, 1});
  const Codes codes = f->encode(x, {});
  // The code 255 would be 128 scales above zero, which no float32 holds.
  CHECK(numbers(codes.exponents) == std::vector<double>{127});
  CHECK(numbers(codes.elements) == std::vector<double>{254, 0, 127, 127});
  CHECK(numbers(f->quantize(x, {})) == numbers(f->decode(codes).to(at::kFloat)));
}

TEST_CASE("one scale over many numbers: cut into rows for threads, they come out as one block's") {
  at::Tensor x = trying({32, 4096}, 3).mul(0.01);
  for (const char* component : {kName, "quant.channel_integer"})
    for (const char* rounding : {"nearest_even", "floor", "stochastic"})
      for (const at::Tensor& t : {x, x.t()}) {
        const auto f = make_format(component, {{"per", "tensor"}, {"rounding", rounding}});
        Random one(7), other(7);
        QuantizeContext a, b;
        a.random = &one, b.random = &other;
        const at::Tensor y = f->quantize(t, a), decoded = f->decode(f->encode(t, b)).to(at::kFloat);
        CHECK(y.sizes() == t.sizes());
        CHECK(numbers(y) == numbers(decoded));
      }
}
