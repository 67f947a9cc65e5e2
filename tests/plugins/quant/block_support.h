// What the tests of formats with blocks share: golden vectors of MASE, and properties that all of them have.
#pragma once
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "mase/format.h"
#include "support/fake_context.h"
#include "support/npy.h"

namespace test {

inline std::shared_ptr<mase::Format> make_format(const std::string& name, mase::Map with) {
  return registry().create<mase::Format>(mase::Chosen(name, std::move(with)));
}

inline std::string vectors(const std::string& name) { return shared("format_vectors/" + name); }

inline at::Tensor tensor_of(const std::vector<float>& values, mase::Shape shape = {}) {
  if (shape.empty()) shape = {static_cast<int64_t>(values.size())};
  at::Tensor t = at::empty(shape, at::kFloat);
  std::copy(values.begin(), values.end(), t.mutable_data_ptr<float>());
  return t;
}

inline std::vector<double> list(const at::Tensor& t) {
  const at::Tensor d = t.to(at::kDouble).contiguous();
  return {d.const_data_ptr<double>(), d.const_data_ptr<double>() + d.numel()};
}

inline bool same_bits(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

inline int64_t mismatches(const at::Tensor& found, const float* expected) {
  int64_t wrong = 0;
  const at::Tensor y = found.contiguous();
  const float* values = y.const_data_ptr<float>();
  for (int64_t i = 0; i < y.numel(); ++i) {
    if (same_bits(values[i], expected[i])) continue;
    if (wrong++ == 0) UNSCOPED_INFO("element " << i << " is " << values[i] << ", expected " << expected[i]);
  }
  return wrong;
}
inline bool equal_bits(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor d = b.contiguous();
  return a.sizes() == b.sizes() && mismatches(a, d.const_data_ptr<float>()) == 0;
}

inline mase::Value from_json(const nlohmann::json& j) { return mase::Value::parse_json(j.dump(), "manifest"); }

// Runs all cases of MASE's manifest that `fields` gives a configuration for: [case][tensor][...] against one call per
// tensor. Returns {cases, mismatches}; nothing where the data are absent.
struct Golden {
  int64_t cases = 0, wrong = 0;
};
inline std::optional<Golden> golden(const std::string& format, const std::string& component,
                                    const std::function<std::optional<mase::Map>(const nlohmann::json&)>& fields) {
  const std::string manifest = vectors("mase_manifest.json");
  if (manifest.empty()) return {};
  Golden g;
  const nlohmann::json all = nlohmann::json::parse(std::ifstream(manifest));
  for (const nlohmann::json& c : all.at("cases")) {
    if (c.at("format") != format) continue;
    std::optional<mase::Map> with = fields(c.at("params"));
    if (!with) continue;
    with->set("rule", "mase");
    const auto f = make_format(component, *with);
    const auto input = read_npy<float>(vectors(c.at("input")), "<f4");
    const auto expected = read_npy<float>(vectors(c.at("file")), "<f4");
    const float* row = expected.row(c.at("row").get<size_t>());
    const mase::Shape shape(input.shape.begin() + 1, input.shape.end());
    for (size_t t = 0; t < input.shape.front(); ++t) {
      const std::vector<float> x(input.row(t), input.row(t) + input.row_size());
      const int64_t wrong = mismatches(f->quantize(tensor_of(x, shape), {}), row + t * input.row_size());
      if (wrong) UNSCOPED_INFO(c.dump() << " tensor " << t << ": " << wrong << " mismatches");
      g.wrong += wrong;
    }
    ++g.cases;
  }
  return g;
}

// Values that try a block format: normal ones of widely different blocks, zeros, ties, powers of two, subnormal ones.
inline at::Tensor trying(const mase::Shape& shape, uint64_t seed) {
  at::Tensor t = at::empty(shape, at::kFloat);
  float* x = t.mutable_data_ptr<float>();
  mase::Random random(seed);
  for (int64_t i = 0; i < t.numel(); ++i) {
    const uint64_t r = random.next();
    const double u = static_cast<double>(r >> 11) * 0x1p-53 * 2 - 1;
    const int scale = static_cast<int>(i / 16 * 7 % 60) - 30;
    const uint64_t kind = r % 16;
    double v = u * std::ldexp(1.0, scale);
    if (kind == 0) v = 0;
    if (kind == 1) v = std::ldexp(u < 0 ? -1 : 1, scale - static_cast<int>(r / 16 % 9));
    if (kind == 2) v = std::ldexp(std::nearbyint(u * 64) + 0.5, scale - 7);
    if (i / 64 % 11 == 10) v = kind < 8 ? 0 : u * 0x1p-130;
    x[i] = static_cast<float>(v);
  }
  return t;
}

// decode(encode(x)) == quantize(x) and idempotence, for any rank, axis and padding; float64 as well.
inline void check_codes(const std::string& component, const std::vector<mase::Map>& configs) {
  for (const mase::Map& with : configs) {
    INFO(component << " " << mase::Value(with).json());
    const auto f = make_format(component, with);
    for (const mase::Shape& shape :
         {mase::Shape{1}, {7}, {64}, {5, 20}, {64, 16}, {3, 5, 7}, {2, 3, 4, 12}, {2, 2, 3, 3, 5}, {}}) {
      for (const auto type : {at::kFloat, at::kDouble}) {
        const at::Tensor x = trying(shape, 7 + shape.size()).to(type);
        const at::Tensor y = f->quantize(x, {});
        const mase::Codes codes = f->encode(x, {});
        INFO("shape of rank " << shape.size() << " with " << x.numel() << " elements, "
                              << (type == at::kFloat ? "float32" : "float64"));
        REQUIRE(y.scalar_type() == type);
        REQUIRE(y.sizes() == x.sizes());
        REQUIRE(codes.elements.sizes() == x.sizes());
        REQUIRE(list(f->decode(codes).to(type)) == list(y));
        REQUIRE(list(f->quantize(y, {})) == list(y));
      }
    }
  }
}

// The vector path, the path of draws and codes, and all layouts agree with one block computed alone.
inline void check_layouts(const std::string& component, mase::Map with) {
  with.set("block_size", mase::Map{{"axis", 1}, {"size", 3}});
  const auto f = make_format(component, with);
  with.set("block_size", mase::Map{{"axis", 0}, {"size", 3}});
  const auto alone = make_format(component, with);
  const at::Tensor x = trying({4, 11, 6}, 3), y = f->quantize(x, {});
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t k = 0; k < 6; ++k)
      REQUIRE(equal_bits(y.select(0, i).select(1, k).contiguous(),
                         alone->quantize(x.select(0, i).select(1, k).contiguous(), {})));
  const at::Tensor turned = x.permute({2, 1, 0});
  REQUIRE(equal_bits(f->quantize(turned, {}).contiguous(), f->quantize(turned.contiguous(), {})));
  REQUIRE(f->quantize(at::zeros({0, 4}), {}).sizes() == at::IntArrayRef({0, 4}));
}

// NaN, infinity, integer tensors.
inline void check_bad_input(const std::string& component, mase::Map with = {}) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values(48, 0.5f);
  values[17] = nan;
  const at::Tensor bad = tensor_of(values);
  mase::QuantizeContext context;
  context.tensor = "fc1.weight";
  const auto f = make_format(component, with);
  CHECK(message([&] { f->quantize(bad, context); }).find("fc1.weight holds a NaN") != std::string::npos);
  CHECK(message([&] { f->encode(bad, context); }).find("fc1.weight holds a NaN") != std::string::npos);
  CHECK(message([&] { f->quantize(at::zeros({3}, at::kLong), context); }).find("expected float32 or float64") !=
        std::string::npos);
  with.set("nan", "propagate");
  const std::vector<double> kept = list(make_format(component, with)->quantize(bad, context));
  CHECK(std::isnan(kept[17]));
  CHECK(kept[16] == Approx(0.5).epsilon(0.2));
  values[17] = -infinity;
  for (const double v : list(f->quantize(tensor_of(values), context))) CHECK(std::isfinite(v));
}

}  // namespace test
