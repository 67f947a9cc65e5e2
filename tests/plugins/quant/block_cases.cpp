// Golden vectors and properties for formats with blocks.
#include "block_cases.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/fake_context.h"
#include "support/npy.h"

namespace test {

using mase::Map;
using mase::Shape;
using nlohmann::json;

namespace {

int64_t mismatches(const at::Tensor& found, const float* expected) {
  int64_t wrong = 0;
  const at::Tensor y = found.contiguous();
  const float* values = y.const_data_ptr<float>();
  for (int64_t i = 0; i < y.numel(); ++i) {
    if (std::isnan(values[i]) && std::isnan(expected[i])) continue;
    if (std::bit_cast<uint32_t>(values[i]) == std::bit_cast<uint32_t>(expected[i])) continue;
    if (wrong++ == 0) UNSCOPED_INFO("element " << i << " is " << values[i] << ", expected " << expected[i]);
  }
  return wrong;
}

bool equal_bits(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor d = b.contiguous();
  return a.sizes() == b.sizes() && mismatches(a, d.const_data_ptr<float>()) == 0;
}

// Calls body(case, format, input) for the cases of a format.
template <class Body>
std::optional<Golden> over_cases(const std::string& format, const std::string& component, const FieldsOf& fields,
                                 Body body) {
  const std::string manifest = vectors("mase_manifest.json");
  if (manifest.empty()) return {};
  Golden g;
  const json all = json::parse(std::ifstream(manifest));
  for (const json& c : all.at("cases")) {
    if (c.at("format") != format) continue;
    std::optional<Map> with = fields(mase::Value::parse_json(c.at("params").dump(), "manifest").as_map());
    if (!with) continue;
    with->set("rule", "mase");
    const auto f = make_format(component, *with);
    const auto input = test::read_npy<float>(vectors(c.at("input")), "<f4");
    const int64_t before = g.wrong;
    body(c, *f, input, g);
    if (g.wrong > before) UNSCOPED_INFO(c.dump() << ": " << g.wrong - before << " mismatches");
    ++g.cases;
  }
  return g;
}

}  // namespace

std::optional<Golden> golden(const std::string& format, const std::string& component, const FieldsOf& fields) {
  return over_cases(format, component, fields, [](const json& c, const mase::Format& f, const auto& input, Golden& g) {
    const auto expected = test::read_npy<float>(vectors(c.at("file")), "<f4");
    const float* row = expected.row(c.at("row").template get<size_t>());
    const Shape shape(input.shape.begin() + 1, input.shape.end());
    for (size_t t = 0; t < input.shape.front(); ++t) {
      const std::vector<float> x(input.row(t), input.row(t) + input.row_size());
      g.wrong += mismatches(f.quantize(tensor_of(x, shape), {}), row + t * input.row_size());
    }
  });
}

std::optional<Golden> golden_codes(const std::string& format, const std::string& component, const FieldsOf& fields) {
  return over_cases(format, component, fields, [](const json& c, const mase::Format& f, const auto& input, Golden& g) {
    const auto expected = test::read_npy<int32_t>(vectors(c.at("file")), "<i4");
    const int32_t* at = expected.data.data();
    const Shape shape(input.shape.begin() + 1, input.shape.end());
    for (size_t t = 0; t < input.shape.front(); ++t) {
      const std::vector<float> x(input.row(t), input.row(t) + input.row_size());
      const mase::Codes codes = f.encode(tensor_of(x, shape), {});
      const auto elements = numbers(codes.elements), exponents = numbers(codes.exponents);
      const size_t size = elements.size() / exponents.size();
      for (size_t b = 0; b < exponents.size(); ++b) {
        g.wrong += *at++ != exponents[b] + 127;
        for (size_t i = 0; i < size; ++i) g.wrong += *at++ != elements[b * size + i];
      }
    }
  });
}

std::optional<Golden> golden_mx(const std::string& file, const std::string& component, const Map& with,
                                int element_bits) {
  const std::string input = vectors("oracle_mx_input.npy");
  if (input.empty()) return {};
  const auto x = test::read_npy<float>(input, "<f4"),
             values = test::read_npy<float>(vectors(file + "_values.npy"), "<f4");
  const auto scales = test::read_npy<uint8_t>(vectors(file + "_scale_codes.npy"), "|u1");
  const auto elements = test::read_npy<uint8_t>(vectors(file + "_element_codes.npy"), "|u1");
  const auto status = test::read_npy<uint8_t>(vectors(file + "_status.npy"), "|u1");
  const auto f = make_format(component, with);
  Golden g;
  for (size_t b = 0; b < x.shape.front(); ++b) {
    if (!(status.data[b] & 1) || !(status.data[b] & 6)) continue;
    const at::Tensor block = tensor_of({x.row(b), x.row(b) + 32});
    g.wrong += mismatches(f->quantize(block, {}), values.row(b));
    const mase::Codes codes = f->encode(block, {});
    g.wrong += numbers(codes.exponents)[0] + 127 != scales.data[b];
    for (int64_t i = 0; i < 32; ++i)
      g.wrong += (codes.elements.const_data_ptr<int64_t>()[i] & ((1 << element_bits) - 1)) != elements.row(b)[i];
    ++g.cases;
  }
  return g;
}

std::optional<Golden> golden_scale_rules(const std::string& format, const std::string& component, const Map& with) {
  const std::string file = vectors("oracle_mx_scale_rules.csv");
  if (file.empty()) return {};
  std::vector<std::shared_ptr<mase::Format>> rules;
  for (const char* rule : {"floor", "ceil", "even", "rceil"}) {
    Map fields = with;
    fields.set("scale_rule", rule);
    rules.push_back(make_format(component, fields));
  }
  Golden g;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream cells(line);
    std::string name, hex, code;
    std::getline(cells, name, ','), std::getline(cells, hex, ',');
    if (name != format) continue;
    const float amax = std::bit_cast<float>(static_cast<uint32_t>(std::stoul(hex, nullptr, 16)));
    for (const auto& f : rules) {
      std::getline(cells, code, ',');
      const bool wrong = numbers(f->encode(tensor_of({amax, 0}), {}).exponents)[0] + 127 != std::stod(code);
      if (wrong) UNSCOPED_INFO(line);
      g.wrong += wrong, ++g.cases;
    }
  }
  return g;
}

at::Tensor trying(const Shape& shape, uint64_t seed) {
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

void check_codes(const std::string& component, const std::vector<Map>& configs, double tolerance) {
  for (const Map& with : configs) {
    INFO(component << " " << mase::Value(with).json());
    const auto f = make_format(component, with);
    for (const Shape& shape :
         {Shape{1}, {7}, {64}, {5, 20}, {64, 16}, {40, 48}, {3, 5, 7}, {2, 3, 4, 12}, {2, 2, 3, 3, 5}}) {
      for (const auto type : {at::kFloat, at::kDouble}) {
        const at::Tensor x = trying(shape, 7 + shape.size()).to(type);
        const at::Tensor y = f->quantize(x, {});
        const mase::Codes codes = f->encode(x, {});
        INFO("rank " << shape.size() << ", " << x.numel() << " elements, " << c10::toString(type));
        REQUIRE(y.scalar_type() == type);
        REQUIRE(y.sizes() == x.sizes());
        REQUIRE(codes.elements.sizes() == x.sizes());
        const std::vector<double> once = numbers(y), decoded = numbers(f->decode(codes).to(type));
        REQUIRE(decoded == once);
        const std::vector<double> twice = numbers(f->quantize(y, {}));
        for (size_t i = 0; i < once.size() && tolerance >= 0; ++i)
          REQUIRE(std::fabs(twice[i] - once[i]) <= tolerance * std::fabs(once[i]));
      }
    }
  }
}

void check_layouts(const std::string& component, Map with) {
  with.set("block_size", along(1, 3));
  const auto f = make_format(component, with);
  with.set("block_size", along(0, 3));
  const auto alone = make_format(component, with);
  const at::Tensor x = trying({4, 11, 6}, 3), y = f->quantize(x, {});
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t k = 0; k < 6; ++k)
      REQUIRE(equal_bits(y.select(0, i).select(1, k).contiguous(),
                         alone->quantize(x.select(0, i).select(1, k).contiguous(), {})));
  const at::Tensor turned = x.permute({2, 1, 0});
  REQUIRE(equal_bits(f->quantize(turned, {}).contiguous(), f->quantize(turned.contiguous(), {})));
  REQUIRE(f->quantize(at::zeros({0, 4}), {}).sizes() == at::IntArrayRef({0, 4}));
  REQUIRE(f->encode(at::zeros({0, 4}), {}).elements.numel() == 0);
  const at::Tensor large = trying({300, 400}, 9);  // shared out among threads
  const at::Tensor whole = f->quantize(large, {}), part = f->quantize(large.slice(0, 120, 130), {});
  REQUIRE(equal_bits(whole.slice(0, 120, 130).contiguous(), part));
  CHECK(test::message([&] {
          with.set("block_size", along(3, 4));
          make_format(component, with)->quantize(x, {});
        }).find("blocks along axis 3, but the tensor has 3 axes") != std::string::npos);
  CHECK(refused(component, {{"block_size", along(-1, 0)}}).find("'block_size' is a block with a size of 0, expected") !=
        std::string::npos);
  CHECK(refused(component, {{"block_size", Map{{"axes", 1}}}}).find("with 'axes', expected axis and size") !=
        std::string::npos);
  CHECK(refused(component, {{"block_size", 0}}).find("'block_size' is 0, expected a size of at least 1") !=
        std::string::npos);
  CHECK(refused(component, {{"block_size", "16"}}).find("expected a block shape") != std::string::npos);
  REQUIRE(equal_bits(make_format(component, {{"block_size", 5}})->quantize(large, {}),
                     make_format(component, {{"block_size", along(-1, 5)}})->quantize(large, {})));
}

void check_bad_input(const std::string& component, Map with) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values(48, 0.5f);
  values[17] = nan;
  const at::Tensor bad = tensor_of(values);
  mase::QuantizeContext context;
  context.tensor = "fc1.weight";
  const auto f = make_format(component, with);
  CHECK(test::message([&] { f->quantize(bad, context); }).find("fc1.weight holds a NaN") != std::string::npos);
  CHECK(test::message([&] { f->encode(bad, context); }).find("fc1.weight holds a NaN") != std::string::npos);
  CHECK(test::message([&] { f->quantize(at::zeros({3}, at::kLong), context); }).find("float32 or float64") !=
        std::string::npos);
  with.set("nan", "propagate");
  const std::vector<double> kept = numbers(make_format(component, with)->quantize(bad, context));
  CHECK(std::isnan(kept[17]));
  CHECK(kept[16] == Approx(0.5).epsilon(0.2));
  values[17] = -infinity;
  for (const double v : numbers(f->quantize(tensor_of(values), context))) CHECK(std::isfinite(v));
}

void check_gradient(const std::string& component, Map with, const std::vector<float>& x,
                    const std::vector<double>& clipped) {
  const at::Tensor values = tensor_of(x), gradient = tensor_of(std::vector<float>(x.size(), 0.75f));
  const std::vector<double> all(x.size(), 0.75);
  CHECK(numbers(make_format(component, with)->backward(gradient, values, {}).at(0)) == all);
  with.set("clip_gradient", true);
  CHECK(numbers(make_format(component, with)->backward(gradient, values, {}).at(0)) == clipped);
  with.set("quantize_from_epoch", 2);
  mase::QuantizeContext early;
  early.training = true, early.epoch = 1;
  CHECK(numbers(make_format(component, with)->quantize(values, early)) == numbers(values));
  CHECK(numbers(make_format(component, with)->backward(gradient, values, early).at(0)) == all);
}

void check_draws(const std::string& component, Map with) {
  with.set("rounding", "stochastic");
  const auto f = make_format(component, with);
  std::vector<float> x(6000);
  for (size_t i = 0; i < x.size(); ++i) x[i] = i % 2 ? 0.6875f : -0.3f;
  x[0] = -1, x[1] = 1;  // zero points are integers, so that the outermost numbers may saturate
  mase::Random one(5), other(5);
  mase::QuantizeContext a, b;
  a.random = &one, b.random = &other;
  const std::vector<double> y = numbers(f->quantize(tensor_of(x), a));
  CHECK(numbers(f->decode(f->encode(tensor_of(x), b)).to(at::kFloat)) == y);
  double sum[2] = {};
  for (size_t i = 2; i < y.size(); ++i) sum[i % 2] += y[i];
  CHECK(sum[1] / 2999 == Approx(0.6875).epsilon(0.03));
  CHECK(sum[0] / 2999 == Approx(-0.3).epsilon(0.06));
}

std::string refused(const std::string& component, const Map& with) {
  return test::message([&] { make_format(component, with); });
}

}  // namespace test
