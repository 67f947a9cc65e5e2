// quant.channel_integer: scales per channel, codes, calibration, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"
#include "support/fake_context.h"

using namespace mase;
using namespace test;

namespace {

constexpr const char* kName = "quant.channel_integer";

}  // namespace

TEST_CASE("quant.channel_integer has one scale per channel") {
  const at::Tensor x = tensor_of({7, -3.4f, 0.5, 1.5, -14, 5, 0, 0, 0}, {3, 3});
  const auto f = make_format(kName, {{"width", 4}});
  CHECK(numbers(f->quantize(x, {})) == std::vector<double>{7, -3, 0, 2, -14, 4, 0, 0, 0});
  const Codes codes = f->encode(x, {});
  CHECK(numbers(codes.elements) == std::vector<double>{7, -3, 0, 1, -7, 2, 0, 0, 0});
  CHECK(numbers(codes.scale)[1] == 2);
  CHECK(numbers(make_format(kName, {{"width", 4}, {"axis", 1}})->encode(x, {}).scale)[1] == 2);
  CHECK(numbers(make_format(kName, {{"width", 4}, {"per", "tensor"}})->encode(x, {}).scale) == std::vector<double>{2});
  CHECK(f->bits({3, 10}) == 30 * 4 + 3 * 32);
}

TEST_CASE("quant.channel_integer with given scales") {
  const auto f = make_format(kName, {{"width", 4}, {"scale", List{1, 0.5}}});
  CHECK(f->bits({2, 3}) == 6 * 4 + 2 * 32);
  CHECK(make_format(kName, {{"width", 4}, {"scale", List{1}}})->bits({2, 3}) == 6 * 4 + 32);
  const at::Tensor x = tensor_of({1.5, -20, 20, 1.3f, -20, 20}, {2, 3});
  CHECK(numbers(f->quantize(x, {})) == std::vector<double>{2, -8, 7, 1.5, -4, 3.5});
  CHECK(test::message([&] {
          f->quantize(tensor_of({1, 2, 3}), {});
        }).find("2 scales, but a tensor has 3 channels") != std::string::npos);
  check_gradient(kName, {{"width", 4}, {"per", "tensor"}, {"scale", List{1}}}, {-9, 9, 7, -8, 0},
                 {0, 0, 0.75, 0.75, 0.75});
}

TEST_CASE("quant.channel_integer with a narrow range leaves out one code") {
  const Map narrow{{"width", 4}, {"narrow_range", true}, {"per", "tensor"}, {"scale", List{1}}};
  CHECK(quantized(*make_format(kName, narrow), {-20, -8, -7, 20}) == std::vector<double>{-7, -7, -7, 7});
  Map of_unsigned = narrow;
  of_unsigned["is_signed"] = false;
  CHECK(quantized(*make_format(kName, of_unsigned), {-1, 14, 15, 20}) == std::vector<double>{0, 14, 14, 14});
  CHECK(quantized(*make_format(kName, {{"width", 1}, {"is_signed", false}, {"scale", List{0.5}}, {"per", "tensor"}}),
                  {-1, 0.2f, 0.3f, 7}) == std::vector<double>{0, 0, 0.5, 0.5});
  // The greatest magnitude makes the scale, so that it becomes the greatest code.
  const auto f = make_format(kName, {{"width", 4}, {"narrow_range", true}, {"is_signed", false}});
  CHECK(numbers(f->encode(tensor_of({28, 3, 0}, {1, 3}), {}).elements) == std::vector<double>{14, 2, 0});
  check_codes(kName,
              {{{"narrow_range", true}},
               {{"narrow_range", true}, {"width", 2}, {"is_signed", false}},
               {{"width", 1}, {"is_signed", false}}},
              -1);
  CHECK(refused(kName, {{"width", 1}}).find("one bit would be -1 and 0") != std::string::npos);
  CHECK(refused(kName, {{"width", 1}, {"is_signed", false}, {"narrow_range", true}}).find("a single code") !=
        std::string::npos);
}

TEST_CASE("quant.channel_integer: codes, calibration, draws and bad input") {
  std::vector<Map> configs = {{}, {{"is_signed", false}}, {{"per", "tensor"}}, {{"axis", -1}}};
  for (const int width : {2, 4, 12, 22}) configs.push_back({{"width", width}});
  check_codes(kName, configs, -1);
  check_codes(kName, {{{"width", 8}}, {{"width", 5}, {"axis", -1}}}, 4e-7);
  check_bad_input(kName, {{"per", "tensor"}});
  check_draws(kName, {{"width", 4}, {"per", "tensor"}});
  CalibrationData data;
  data.samples = tensor_of({1, -2, 3, 4, 5, -127}, {2, 3});
  data.method = "min_max";
  CHECK(make_format(kName)->calibrate(data).as_map().at("scale").as_list().size() == 1);  // no channels
  data.channel_axis = 0;
  const Value scales = make_format(kName)->calibrate(data).as_map().at("scale");
  CHECK(scales.as_list().at(0).as_double() == Approx(3.0 / 127));
  CHECK(scales.as_list().at(1).as_double() == Approx(1));
  data.channel_axis = 1;
  CHECK(make_format(kName)->calibrate(data).as_map().at("scale").as_list().size() == 3);
}

TEST_CASE("quant.channel_integer stays within float32 beside infinity and with great scales") {
  const float infinity = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
  for (const Map& with : {Map{{"per", "tensor"}}, Map{{"per", "tensor"}, {"is_signed", false}},
                          Map{{"per", "tensor"}, {"scale", List{1e38}}}}) {
    const auto f = make_format(kName, with);
    const at::Tensor x = tensor_of({infinity, -infinity, most, -most, 1});
    const std::vector<double> y = numbers(f->quantize(x, {}));
    CHECK(y == numbers(f->decode(f->encode(x, {})).to(at::kFloat)));
    CHECK(y[0] == y[2]);
    CHECK(y[1] == y[3]);
    CHECK(y[0] > 2.9e38);
    CHECK(y[0] <= most);
    CHECK(y[1] >= -most);
  }
  CHECK(refused(kName, {{"scale", List{1e39}}}).find("scale") != std::string::npos);
}

TEST_CASE("quant.channel_integer without signs makes negative numbers 0 whatever the rounding") {
  for (const char* rounding : {"floor", "away_from_zero", "nearest_even", "nearest_down"}) {
    const auto f = make_format(kName, {{"is_signed", false}, {"rounding", rounding}, {"per", "tensor"}});
    CHECK(quantized(*f, {-5, -1e-30f, 255, 0}) == std::vector<double>{0, 0, 255, 0});
  }
}
