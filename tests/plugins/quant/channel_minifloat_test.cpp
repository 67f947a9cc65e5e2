// quant.channel_minifloat: scales per channel, codes, calibration, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"
#include "support/fake_context.h"

using namespace mase;
using namespace test;

namespace {

constexpr const char* kScaledFloats = "quant.channel_minifloat";

bool scaled_float_refuses(const Map& with, const char* why) {
  return refused(kScaledFloats, with).find(why) != std::string::npos;
}

}  // namespace

TEST_CASE("quant.channel_minifloat has one scale per channel") {
  // e2m1: 0, 0.5, 1, 1.5, 2, 3, 4, 6, with bias 1.
  const Map e2m1{{"width", 4}, {"exponent_width", 2}};
  const at::Tensor x = tensor_of({12, -5, 2.5f, 0.3f, 3, -1.25f, 0.7f, 0.1f, 0, 0, 0, 0}, {3, 4});
  const auto f = make_format(kScaledFloats, e2m1);
  CHECK(numbers(f->quantize(x, {})) == std::vector<double>{12, -4, 2, 0, 3, -1, 0.75, 0, 0, 0, 0, 0});
  const Codes codes = f->encode(x, {});
  CHECK(numbers(codes.scale)[0] == 2);
  CHECK(numbers(codes.scale)[1] == 0.5);
  CHECK(numbers(codes.elements) == std::vector<double>{7, 12, 2, 0, 7, 12, 3, 0, 0, 0, 0, 0});
  CHECK(f->bits({3, 10}) == 30 * 4 + 3 * 32);
  CHECK(f->precision() == std::vector<int64_t>{4, 2, 1});
}

TEST_CASE("quant.channel_minifloat with given scales") {
  Map with{{"width", 4}, {"exponent_width", 2}, {"scale", List{0.5, 3}}};
  const at::Tensor x = tensor_of({-9, 0.6f, 1.25f, -9, 0.6f, 13.5f}, {2, 3});
  CHECK(numbers(make_format(kScaledFloats, with)->quantize(x, {})) == std::vector<double>{-3, 0.5, 1, -9, 0, 12});
  CHECK(make_format(kScaledFloats, with)->bits({2, 3}) == 6 * 4 + 2 * 32);
  CHECK(test::message([&] {
          make_format(kScaledFloats, with)->quantize(tensor_of({1, 2, 3}), {});
        }).find("2 scales, but a tensor has 3 channels") != std::string::npos);
  with = {{"width", 4}, {"exponent_width", 2}, {"scale", List{0.5}}, {"per", "tensor"}, {"greatest", 4}};
  CHECK(quantized(*make_format(kScaledFloats, with), {-9, 9, 1.75f}) == std::vector<double>{-2, 2, 2});
  with["rounding"] = "floor";
  CHECK(quantized(*make_format(kScaledFloats, with), {-9, 9, 1.75f, -0.01f}) == std::vector<double>{-2, 2, 1.5, -0.25});
  with.erase("rounding"), with.erase("greatest");
  check_gradient(kScaledFloats, with, {-9, 9, 3, -3, 0}, {0, 0, 0.75, 0.75, 0.75});
}

TEST_CASE("quant.channel_minifloat: what lies beyond the range") {
  const double infinity = std::numeric_limits<double>::infinity();
  Map with{{"width", 8}, {"exponent_width", 5}, {"kind", "ieee"}, {"per", "tensor"}, {"scale", List{3}}};
  CHECK(quantized(*make_format(kScaledFloats, with), {2e5f, -1e30f}) == std::vector<double>{57344 * 3, -57344 * 3});
  with["overflow"] = "to_infinity";
  CHECK(quantized(*make_format(kScaledFloats, with), {2e5f, -1e30f, 57344 * 3}) ==
        std::vector<double>{infinity, -infinity, 57344 * 3});
  with["greatest"] = 1024;
  CHECK(quantized(*make_format(kScaledFloats, with), {3072, 3300, 3600, -3600}) ==
        std::vector<double>{3072, 3072, infinity, -infinity});
  with["overflow"] = "saturate_to_zero";
  CHECK(quantized(*make_format(kScaledFloats, with), {3072, 3600}) == std::vector<double>{3072, 0});
}

TEST_CASE("quant.channel_minifloat: codes, calibration, draws and bad input") {
  const Map given{{"per", "tensor"}, {"scale", List{0.1}}};
  check_codes(kScaledFloats, {{}, {{"axis", -1}}, {{"per", "tensor"}}, {{"width", 6}, {"exponent_width", 3}}, given},
              -1);
  check_codes(kScaledFloats, {{{"width", 8}}, {{"width", 5}, {"axis", -1}}}, 4e-7);
  check_bad_input(kScaledFloats, {{"per", "tensor"}});
  check_draws(kScaledFloats, {{"width", 6}, {"per", "tensor"}});
  CalibrationData data;
  data.samples = tensor_of({1, -2, 3, 4, 5, -480}, {2, 3});
  data.method = "min_max";
  CHECK(make_format(kScaledFloats)->calibrate(data).as_map().at("scale").as_list().size() == 1);  // no channels
  data.channel_axis = 0;
  const Value scales = make_format(kScaledFloats)->calibrate(data).as_map().at("scale");
  CHECK(scales.as_list().at(0).as_double() == Approx(3.0 / 480));
  CHECK(scales.as_list().at(1).as_double() == Approx(1));
  CHECK(refused(kScaledFloats, {{"width", 5}}).empty());  // powers of two
  CHECK(scaled_float_refuses({{"width", 4}, {"exponent_width", 4}}, "bits leave"));
  CHECK(scaled_float_refuses({{"greatest", 450}}, "'greatest' is 450, no positive number of 4 bits of exponent"));
  CHECK(scaled_float_refuses({{"greatest", 1e9}}, "up to 480"));
  CHECK(scaled_float_refuses({{"greatest", -1}}, "no positive number"));
  CHECK(scaled_float_refuses({{"overflow", "to_infinity"}}, "finite numbers"));
  CHECK(scaled_float_refuses({{"per", "tensor"}, {"scale", List{1, 2}}}, "per: tensor has one scale"));
  CHECK(scaled_float_refuses({{"scale", List{-1}}}, "scale"));
}

TEST_CASE("quant.channel_minifloat stays within float32 beside infinity and with great scales") {
  const float infinity = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
  for (const Map& with : {Map{{"per", "tensor"}}, Map{{"per", "tensor"}, {"width", 16}, {"exponent_width", 8}}}) {
    const auto f = make_format(kScaledFloats, with);
    const std::vector<double> y = quantized(*f, {infinity, -infinity, most, 1});
    CHECK(y[0] == y[2]);
    CHECK(y[1] == -y[0]);
    CHECK(y[0] > 2.9e38);
    CHECK(y[0] <= most);
  }
}
