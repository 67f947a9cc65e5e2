// quant.bipolar: signs and scales, per tensor and along an axis, codes, the clipped gradient, bad input.
#include <catch2/catch.hpp>

#include "block_cases.h"

using namespace test;
using mase::List;

namespace {

constexpr const char* kBipolar = "quant.bipolar";

}  // namespace

TEST_CASE("quant.bipolar is plus or minus the scale, both zeros plus") {
  CHECK(quantized(*make_format(kBipolar), {-2, -0.1f, -0.0f, 0, 5}) == std::vector<double>{-1, -1, 1, 1, 1});
  const auto f = make_format(kBipolar, {{"scale", List{0.1}}});
  const double scale = double{0.1f};  // a float32, whatever the tensor's type
  CHECK(quantized(*f, {-2, 0, 5}) == std::vector<double>{-scale, scale, scale});
  CHECK(broken_property(kBipolar, {{"scale", List{0.1}}}) == "");
  CHECK(f->precision() == std::vector<int64_t>{1});
}

TEST_CASE("quant.bipolar has scales along any axis, of a vector too") {
  const at::Tensor x = tensor_of({1, -1, 2, -3, 4, 0}, {2, 3});
  const auto rows = make_format(kBipolar, {{"scale", List{0.5, 2}}});
  CHECK(numbers(rows->quantize(x, {})) == std::vector<double>{0.5, -0.5, 0.5, -2, 2, 2});
  const auto columns = make_format(kBipolar, {{"scale", List{1, 2, 4}}, {"axis", -1}});
  CHECK(numbers(columns->quantize(x, {})) == std::vector<double>{1, -2, 4, -1, 2, 4});
  CHECK(quantized(*make_format(kBipolar, {{"scale", List{1, 2, 4}}}), {-1, 1, 1}) == std::vector<double>{-1, 2, 4});
  const mase::Codes codes = rows->encode(x, {});
  CHECK(numbers(codes.elements) == std::vector<double>{1, 0, 1, 0, 1, 1});
  CHECK(numbers(codes.scale) == std::vector<double>{0.5, 2});
  CHECK(numbers(rows->decode(codes)) == numbers(rows->quantize(x, {})));
  CHECK(rows->bits({2, 3}) == 6 + 2 * 32);
}

TEST_CASE("quant.bipolar with many scales takes each for its own index") {
  std::vector<float> x(3 * 9000);
  List scale;
  for (int i = 0; i < 9000; ++i) scale.emplace_back(1.0 + i);
  for (size_t i = 0; i < x.size(); ++i) x[i] = i % 2 ? -1.0f : 1.0f;
  const auto y = numbers(make_format(kBipolar, {{"scale", scale}})->quantize(tensor_of(x, {9000, 3}), {}));
  for (size_t i = 0; i < x.size(); ++i) REQUIRE(y[i] == double{x[i]} * static_cast<double>(1 + i / 3));
}

TEST_CASE("quant.bipolar trains where |x| <= 1 unless told otherwise") {
  const auto g = tensor_of({1, 2, 3}), x = tensor_of({-1.5f, 1, 0.5f});
  CHECK(numbers(make_format(kBipolar)->backward(g, x, {}).front()) == std::vector<double>{0, 2, 3});
  CHECK(broken_gradient(kBipolar, {}, 1) == "");
}

TEST_CASE("quant.bipolar refuses scales that do not fit") {
  CHECK(refused(kBipolar, {{"scale", List{}}}).find("empty list") != std::string::npos);
  CHECK(refused(kBipolar, {{"scale", List{-1}}}).find("scale") != std::string::npos);
  const auto f = make_format(kBipolar, {{"scale", List{1, 2}}});
  CHECK(test::message([&] {
          f->quantize(tensor_of({1, 2, 3}), {});
        }).find("2 scales along axis 0, which is of size 3") != std::string::npos);
}
