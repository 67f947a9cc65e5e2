// Properties and golden vectors of element formats.
#include "element_cases.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/fake_context.h"
#include "support/npy.h"

namespace test {
namespace {

using namespace mase;
using nlohmann::json;

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

std::string shown(double v) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g (%a)", v, v);
  return text;
}

Map merged(Map with, const Map& more) {
  for (const Entry& e : more) with[e.key] = e.value;
  return with;
}

bool within_ulps(float a, float b, int ulps) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::abs(std::bit_cast<int32_t>(a) - std::bit_cast<int32_t>(b)) <= ulps;
}

}  // namespace

std::string vectors(const std::string& name) { return shared("format_vectors/" + name); }

std::shared_ptr<Format> make_format(const std::string& name, Map with) {
  return registry().create<Format>(Chosen(name, std::move(with)));
}

at::Tensor tensor_of(const std::vector<float>& x, const Shape& shape) {
  at::Tensor t = at::empty(shape.empty() ? Shape{static_cast<int64_t>(x.size())} : shape, at::kFloat);
  std::copy(x.begin(), x.end(), t.mutable_data_ptr<float>());
  return t;
}

std::vector<double> numbers(const at::Tensor& t) {
  const at::Tensor d = t.to(at::kDouble).contiguous();
  return {d.const_data_ptr<double>(), d.const_data_ptr<double>() + d.numel()};
}

std::vector<double> quantized(const Format& f, const std::vector<float>& x, const QuantizeContext& context) {
  return numbers(f.quantize(tensor_of(x), context));
}

std::vector<float> edge_values() {
  using L = std::numeric_limits<float>;
  std::vector<float> seeds = {0, L::denorm_min(), L::min(), L::max(), L::infinity(), 1e-9f, 1e-8f, 3, 5, 6, 7, 0.3f};
  for (int e = -149; e < 128; ++e)
    for (const float m : {1.0f, 1.25f, 1.5f, 1.75f, 1.0625f, 1.9375f, 1.41421356f}) seeds.push_back(std::ldexp(m, e));
  Random random(7);
  for (int i = 0; i < 1000; ++i) seeds.push_back(static_cast<float>(random.normal()));
  std::vector<float> all;
  for (const float s : seeds)
    for (const float v : {std::nextafter(s, 0.0f), s, std::nextafter(s, L::infinity())}) {
      all.push_back(v);
      all.push_back(-v);
    }
  return all;
}

std::string broken_property(const std::string& name, const Map& with, bool monotone) {
  const auto f = make_format(name, with);
  std::vector<float> values = edge_values();
  std::sort(values.begin(), values.end());
  const at::Tensor x = tensor_of(values);
  for (const auto type : {at::kFloat, at::kDouble}) {
    const at::Tensor in = x.to(type), y = f->quantize(in, {});
    if (y.scalar_type() != type || y.sizes() != in.sizes()) return "another type or shape came back";
    const auto got = numbers(y), decoded = numbers(f->decode(f->encode(in, {})).to(type)),
               again = numbers(f->quantize(y, {}));
    for (size_t i = 0; i < got.size(); ++i) {
      if (!same(got[i], decoded[i]))
        return "codes of " + shown(values[i]) + " decode to " + shown(decoded[i]) + ", not " + shown(got[i]);
      if (monotone && !same(got[i], again[i])) return shown(got[i]) + " is no fixed point: " + shown(again[i]);
      if (monotone && i > 0 && got[i] < got[i - 1]) return "falls at " + shown(values[i]);
    }
    const at::Tensor square = in.slice(0, 0, 64).reshape({2, 4, 8});
    const at::Tensor odd = square.permute({2, 0, 1}), wide = square.select(1, 0).unsqueeze(1).expand({2, 3, 8});
    if (!at::equal(f->quantize(odd, {}), f->quantize(odd.contiguous(), {}))) return "depends on strides";
    if (!at::equal(f->quantize(wide, {}), f->quantize(wide.contiguous(), {}))) return "depends on strides (expanded)";
  }
  if (f->quantize(at::zeros({0, 3}), {}).numel() != 0) return "an empty tensor grew";
  if (f->quantize(at::full({}, 0.3, at::kFloat), {}).dim() != 0) return "a number without dimensions got one";
  if (message([&] { f->quantize(at::zeros({2}, at::kLong), {}); }).find("expected float32 or float64") ==
      std::string::npos)
    return "an integer tensor was taken";
  QuantizeContext context;
  context.tensor = "fc1.weight";
  const at::Tensor bad = tensor_of({1, std::nanf(""), 2});
  if (message([&] { f->quantize(bad, context); }).find("fc1.weight holds a NaN") == std::string::npos)
    return "a NaN was taken";
  const auto kept = numbers(make_format(name, merged(with, {{"nan", "propagate"}}))->quantize(bad, {}));
  return std::isnan(kept[1]) ? "" : "a NaN did not stay one";
}

std::string broken_code(const std::string& name, const Map& with, int bits, int unused) {
  const auto f = make_format(name, merged(with, {{"nan", "propagate"}}));
  Codes codes;
  codes.elements = at::empty({int64_t{1} << bits}, at::kLong);
  for (int64_t i = 0; i < codes.elements.numel(); ++i) codes.elements.mutable_data_ptr<int64_t>()[i] = i;
  const auto values = numbers(f->decode(codes));
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || std::isinf(values[i])) continue;
    const at::Tensor v = at::full({1}, values[i], at::kDouble);
    if (!same(numbers(f->quantize(v, {}))[0], values[i]))
      return "code " + std::to_string(i) + " moves: " + shown(values[i]);
    if (!std::isfinite(static_cast<float>(values[i]))) continue;
    const Codes back = f->encode(v, {});
    const int64_t code = back.elements.const_data_ptr<int64_t>()[0];
    if (code != static_cast<int64_t>(i) && (unused-- <= 0 || !same(numbers(f->decode(back))[0], values[i])))
      return "code " + std::to_string(i) + " comes back as " + std::to_string(code);
  }
  return "";
}

std::string broken_mase_row(const std::string& file, const std::string& format, const std::string& name,
                            int expected_cases, int ulps) {
  const std::string manifest = vectors("mase_manifest.json");
  if (manifest.empty()) return "";
  const json all = json::parse(std::ifstream(manifest));
  int cases = 0;
  for (const json& c : all.at("cases")) {
    if (c.at("file") != file || c.at("format") != format) continue;
    auto input = read_npy<float>(vectors(c.at("input")), "<f4");
    const auto expected = read_npy<float>(vectors(file), "<f4");
    Map with = Value::parse_json(c.at("params").dump(), "params").as_map();
    if (with.find("threshold")) with.erase("threshold");  // which MASE ignores
    with["rule"] = "mase";
    const auto f = make_format(name, with);
    const std::vector<int64_t> shape(input.shape.begin(), input.shape.end());
    const auto y = numbers(f->quantize(at::from_blob(input.data.data(), shape, at::kFloat), {}));
    const float* row = expected.row(c.at("row").get<size_t>());
    for (size_t i = 0; i < y.size(); ++i)
      if (!within_ulps(static_cast<float>(y[i]), row[i], ulps))
        return c.at("params").dump() + ": " + shown(input.data[i]) + " became " + shown(y[i]) + ", MASE says " +
               shown(row[i]);
    ++cases;
  }
  return cases == expected_cases ? "" : "found " + std::to_string(cases) + " cases";
}

std::string broken_oracle(const std::string& oracle, const std::string& name, const Map& with) {
  const std::string table = vectors("oracle_decode_float.csv");
  if (table.empty()) return "";
  const auto plain = make_format(name, with);
  std::ifstream lines(table);
  int found = 0;
  for (std::string line; std::getline(lines, line);) {
    std::stringstream cells(line);
    std::string format, code, kind, hex;
    std::getline(cells, format, ','), std::getline(cells, code, ','), std::getline(cells, kind, ',');
    std::getline(cells, hex, ',');
    if (format != oracle) continue;
    Codes codes;
    codes.elements = at::full({1}, std::stol(code, nullptr, 16), at::kLong);
    const double ours = numbers(plain->decode(codes))[0];
    const double theirs =
        kind == "nan" ? NAN : std::bit_cast<float>(static_cast<uint32_t>(std::stoul(hex, nullptr, 16)));
    if (!same(ours, theirs)) return "code " + code + " is " + shown(ours) + ", the oracles say " + shown(theirs);
    ++found;
  }
  if (found == 0) return "no table of " + oracle;
  const auto x = read_npy<float>(vectors("oracle_encode_" + oracle + "_input.npy"), "<f4");
  const auto expected = read_npy<uint16_t>(vectors("oracle_encode_" + oracle + "_codes.npy"), "<u2");
  const char* roundings[] = {"nearest_even", "floor", "toward_zero", "nearest_away", "nearest_even"};
  constexpr uint16_t kNan = 65534, kNothing = 65535;
  for (size_t r = 0; r < 5; ++r) {
    Map fields = merged(with, {{"rounding", roundings[r]}, {"nan", "propagate"}});
    const uint16_t* row = expected.row(r);
    if (r == 4) {
      fields["overflow"] = "to_infinity";
      if (!message([&] { make_format(name, fields); }).empty()) continue;  // finite formats have none
    }
    const auto f = make_format(name, fields);
    for (size_t i = 0; i < x.data.size(); ++i) {
      if (row[i] == kNothing) continue;
      const at::Tensor v = tensor_of({x.data[i]});
      if (row[i] == kNan) {
        if (!std::isnan(numbers(f->quantize(v, {}))[0]))
          return std::string(roundings[r]) + ": expected NaN for " + shown(x.data[i]);
        continue;
      }
      const int64_t code = f->encode(v, {}).elements.const_data_ptr<int64_t>()[0];
      if (code != row[i])
        return std::string(roundings[r]) + " row " + std::to_string(r) + ": " + shown(x.data[i]) + " has code " +
               std::to_string(code) + ", the oracles say " + std::to_string(row[i]);
    }
  }
  return "";
}

std::string broken_draws(const std::string& name, const Map& with, float x) {
  const auto f = make_format(name, with);
  const at::Tensor many = at::full({20000}, x, at::kFloat);
  Random random(3), same_random(3);
  QuantizeContext context, again;
  context.random = &random, again.random = &same_random;
  const at::Tensor y = f->quantize(many, context);
  if (!at::equal(f->decode(f->encode(many, again)).to(at::kFloat), y)) return "encode draws otherwise";
  if (at::equal(f->quantize(many, context), y)) return "every call draws the same";
  const auto values = numbers(y);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (!(*low < x && x < *high)) return "not between two neighbours";
  double sum = 0;
  for (const double v : values) {
    if (v != *low && v != *high) return "more than two neighbours";
    sum += v;
  }
  const double p = (x - *low) / (*high - *low), deviation = (*high - *low) * std::sqrt(p * (1 - p) / 20000);
  return std::fabs(sum / 20000 - x) < 5 * deviation ? "" : "the mean is " + shown(sum / 20000);
}

std::string broken_gradient(const std::string& name, const Map& with, float limit) {
  const float outside = std::nextafter(limit, INFINITY);
  const at::Tensor x = tensor_of({-outside, -limit, limit / 3, limit, outside}), g = tensor_of({1, 2, 3, 4, 5});
  const auto free = make_format(name, merged(with, {{"clip_gradient", false}}));
  if (!at::equal(free->backward(g, x, {}).front(), g)) return "the straight-through gradient is another one";
  const auto clipping = make_format(name, merged(with, {{"clip_gradient", true}, {"quantize_from_epoch", 2}}));
  if (!at::equal(clipping->backward(g, x, {}).front(), tensor_of({0, 2, 3, 4, 0})))
    return "the clipped gradient is wrong";
  if (!at::equal(clipping->backward(g.to(at::kDouble), x.to(at::kDouble), {}).front(),
                 tensor_of({0, 2, 3, 4, 0}).to(at::kDouble)))
    return "the clipped gradient of float64 is wrong";
  QuantizeContext early;
  early.training = true, early.epoch = 1;
  if (!at::equal(clipping->quantize(x, early), x)) return "quantized before its epoch";
  if (!at::equal(clipping->backward(g, x, early).front(), g)) return "clipped before its epoch";
  early.epoch = 2;
  return at::equal(clipping->quantize(x, early), x) ? "not quantized from its epoch on" : "";
}

}  // namespace test
