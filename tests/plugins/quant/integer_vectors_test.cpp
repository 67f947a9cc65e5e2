// quant.integer against recorded outputs of MASE and tables on which independent oracles agree: not one
// mismatch.
#include <ATen/ops/from_blob.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "element_cases.h"
#include "support/fake_context.h"
#include "support/npy.h"

using namespace mase;
using namespace test;
using nlohmann::json;

namespace {

std::string our_rounding(std::string name) {
  if (name.rfind("half_", 0) == 0) name = "nearest_" + name.substr(5);
  return name;
}

int64_t code_mismatches(const at::Tensor& elements, const int16_t* expected) {
  int64_t wrong = 0;
  const int64_t* codes = elements.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < elements.numel(); ++i) wrong += codes[i] != expected[i];
  return wrong;
}

}  // namespace

TEST_CASE("all rounding and overflow modes agree with the oracle tables of fixed-point codes") {
  const std::string manifest = vectors("oracle_manifest.json");
  if (manifest.empty()) return;
  const json fixed = json::parse(std::ifstream(manifest)).at("fixed");
  int64_t wrong = 0, compared = 0;
  for (const json& c : fixed.at("cases")) {
    auto input = test::read_npy<float>(vectors(c.at("input")), "<f4");
    const auto codes = test::read_npy<int16_t>(vectors(c.at("codes")), "<i2");
    const at::Tensor x = tensor_of(input.data);
    const int64_t n = x.numel();
    const int16_t* expected = codes.data.data();
    for (const std::string rounding : fixed.at("rounding"))
      for (const std::string overflow : fixed.at("overflow")) {
        const auto f = make_format("quant.integer", {{"width", c.at("width").get<int>()},
                                                     {"frac_width", c.at("frac_width").get<int>()},
                                                     {"is_signed", c.at("signed").get<bool>()},
                                                     {"rounding", our_rounding(rounding)},
                                                     {"overflow", overflow}});
        for (const auto type : {at::kFloat, at::kDouble}) {
          const Codes ours = f->encode(x.to(type), {});
          const at::Tensor y = f->quantize(x.to(type), {}).to(at::kDouble), decoded = f->decode(ours);
          wrong += code_mismatches(ours.elements, expected);
          for (int64_t i = 0; i < n; ++i) {
            const double a = y.const_data_ptr<double>()[i], b = decoded.const_data_ptr<double>()[i];
            wrong += std::bit_cast<uint64_t>(a) != std::bit_cast<uint64_t>(b);
          }
        }
        expected += n, compared += n;
      }
  }
  CHECK(wrong == 0);
  CHECK(compared > 500000);
}

TEST_CASE("rule: mase returns what MASE's integer quantizers return, bit for bit") {
  const std::string manifest = vectors("mase_manifest.json");
  if (manifest.empty()) return;
  auto input = test::read_npy<float>(vectors("mase_scalar_input.npy"), "<f4");
  const auto expected = test::read_npy<float>(vectors("mase_integer.npy"), "<f4");
  const at::Tensor x = tensor_of(input.data);
  int64_t wrong = 0, cases = 0;
  const json all = json::parse(std::ifstream(manifest));
  for (const json& c : all.at("cases")) {
    if (c.at("file") != "mase_integer.npy") continue;
    const json& p = c.at("params");
    const auto f = make_format("quant.integer", {{"width", p.at("width").get<int>()},
                                                 {"frac_width", p.at("frac_width").get<int>()},
                                                 {"is_signed", p.at("is_signed").get<bool>()},
                                                 {"rule", "mase"},
                                                 {"rounding", our_rounding(p.at("rounding"))}});
    const at::Tensor y = f->quantize(x, {});
    const float* row = expected.row(c.at("row").get<size_t>());
    for (int64_t i = 0; i < y.numel(); ++i)
      wrong += std::bit_cast<uint32_t>(y.const_data_ptr<float>()[i]) != std::bit_cast<uint32_t>(row[i]);
    ++cases;
  }
  CHECK(wrong == 0);
  CHECK(cases == 108);
}

TEST_CASE("codes are MASE's memory images: two's complement modulo 2^width") {
  const std::string manifest = vectors("mase_manifest.json");
  if (manifest.empty()) return;
  auto input = test::read_npy<float>(vectors("mase_scalar_input.npy"), "<f4");
  const auto expected = test::read_npy<int32_t>(vectors("mase_integer_hw_codes.npy"), "<i4");
  const at::Tensor x = tensor_of(input.data);
  int64_t wrong = 0, cases = 0;
  const json all = json::parse(std::ifstream(manifest));
  for (const json& c : all.at("cases")) {
    if (c.at("file") != "mase_integer_hw_codes.npy") continue;
    const int width = c.at("params").at("width").get<int>();
    const std::string name = c.at("format");
    const auto f = make_format("quant.integer", {{"width", width},
                                                 {"frac_width", c.at("params").at("frac_width").get<int>()},
                                                 {"is_signed", name != "unsigned_integer_for_hw"},
                                                 {"rounding", name == "integer_for_hw" ? "nearest_even" : "floor"}});
    const at::Tensor codes = f->encode(x, {}).elements;
    const int32_t* row = expected.row(c.at("row").get<size_t>());
    for (int64_t i = 0; i < codes.numel(); ++i)
      wrong += (codes.const_data_ptr<int64_t>()[i] & ((1 << width) - 1)) != row[i];
    ++cases;
  }
  CHECK(wrong == 0);
  CHECK(cases == 24);
}
