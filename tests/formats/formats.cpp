// Configurations of interest by component, and tensors that find errors.
#include "formats.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "mase/random.h"

namespace test {

using namespace mase;

mase::Registry& formats() {
  static Registry* loaded = [] {
    auto* r = new Registry;
    at::set_num_threads(1);
    r->load_folders(plugin_folders({}));
    return r;
  }();
  return *loaded;
}

std::shared_ptr<Format> Configured::make() const { return formats().create<Format>(Chosen(component, with)); }

const FieldInfo* field(const std::string& component, const std::string& name) {
  const ComponentInfo* info = formats().find(component);
  return info && info->fields ? info->fields->find(name) : nullptr;
}

std::vector<std::string> choices(const std::string& component, const std::string& name) {
  const FieldInfo* info = field(component, name);
  if (!info) return {};
  return info->choices.empty() ? info->type.choices : info->choices;
}

namespace {

Map widths(int64_t width, int64_t exponent_width) { return {{"width", width}, {"exponent_width", exponent_width}}; }
Map fixed(int64_t width, int64_t frac_width, bool is_signed) {
  return {{"width", width}, {"frac_width", frac_width}, {"is_signed", is_signed}};
}

std::vector<Map> minifloats(bool kinds) {
  std::vector<Map> maps = {widths(4, 2), widths(4, 3), widths(5, 2), widths(6, 3),
                           widths(8, 4), widths(8, 5), widths(8, 1), widths(10, 5)};
  maps.push_back(widths(8, 4)), maps.back().set("exponent_bias", 3);
  if (!kinds) return maps;
  maps.push_back(widths(4, 3));  // no mantissa
  const std::vector<Map> finite = maps;
  if (!field("quant.minifloat_ieee", "kind")) return maps;
  for (const char* kind : {"fn", "fnuz", "ieee"})
    for (Map m : finite) m.set("kind", kind), maps.push_back(m);
  return maps;
}

std::vector<Map> integers_of_interest() {
  std::vector<Map> maps;
  for (const int64_t width : {2, 3, 5, 8, 10})
    for (const int64_t frac : {int64_t{0}, width - 1, int64_t{-2}, width + 3})
      for (const bool is_signed : {true, false}) maps.push_back(fixed(width, frac, is_signed));
  return maps;
}

std::vector<Map> every(const std::string& component, const std::string& name) {
  std::vector<Map> maps;
  if (formats().find(component))
    for (const std::string& value : choices(component, name)) maps.push_back({{name, value}});
  return maps;
}

const std::map<std::string, std::vector<Map>>& of_interest() {
  static const std::map<std::string, std::vector<Map>> table = {
      {"quant.integer", integers_of_interest()},
      {"quant.fixed", integers_of_interest()},
      {"quant.minifloat_ieee", minifloats(true)},
      {"quant.minifloat_denorm", minifloats(false)},
      {"quant.minifloat_mx",
       {{{"exp_bits", 2}, {"frac_bits", 1}},
        {{"exp_bits", 5}, {"frac_bits", 2}, {"is_finite", false}},
        {{"exp_bits", 3}, {"frac_bits", 2}}}},
      {"quant.fp8", every("quant.fp8", "variant")},
      {"quant.log", {{{"width", 3}}, {{"width", 5}}, {{"width", 8}}, {{"width", 6}, {"exponent_bias", 3}}}},
      {"quant.power_of_two", {{{"width", 3}}, {{"width", 5}}, {{"width", 8}}}},
      {"quant.block_fp",
       {{{"width", 4}, {"exponent_width", 5}, {"block_size", List{1, 8}}},
        {{"width", 8}, {"block_size", List{2, 3}}, {"skip_first_dim", false}}}},
      {"quant.block_minifloat",
       {{{"width", 4}, {"exponent_width", 2}, {"block_size", List{1, 8}}},
        {{"width", 8}, {"exponent_width", 4}, {"block_size", List{2, 3}}}}},
      {"quant.block_log", {{{"width", 4}, {"block_size", List{1, 8}}}, {{"width", 8}, {"block_size", List{2, 3}}}}},
      {"quant.channel_integer",
       {{{"width", 4}, {"narrow_range", true}}, {{"width", 1}, {"is_signed", false}, {"per", "tensor"}}}},
      {"quant.channel_minifloat",
       {{{"width", 6}, {"exponent_width", 3}},
        {{"width", 5}, {"exponent_width", 2}, {"greatest", 1.5}, {"scale", List{0.1}}, {"per", "tensor"}},
        {{"width", 8}, {"exponent_width", 5}, {"kind", "ieee"}, {"scale", List{0.3}}}}},
      {"quant.asymmetric_integer",
       {{{"width", 4}, {"narrow_range", true}},
        {{"width", 5}, {"zero_point_first", true}, {"scale", List{0.1}}, {"zero_point", List{7}}}}},
      {"quant.scale_integer", {{{"width", 4}}, {{"width", 8}}, {{"width", 6}, {"is_signed", false}}}},
  };
  return table;
}

}  // namespace

bool accepted(const Configured& c) { return formats().at(c.component).check(Value(c.with)).empty(); }

bool rounds_exponents(const std::string& component) {
  return component == "quant.log" || component == "quant.block_log";
}
bool known_borders(const Configured& c) { return field(c.component, "rounding") != nullptr; }

std::vector<Configured> configurations(const std::string& component) {
  std::vector<Configured> out = {{component, {}}};
  const auto it = of_interest().find(component);
  if (it == of_interest().end()) return out;
  for (const Map& m : it->second)  // not every kind of float has every pair of widths
    if (const Configured c{component, m}; accepted(c)) out.push_back(c);
  return out;
}

std::vector<Configured> varied(const std::string& component, bool rules) {
  std::vector<Configured> out;
  const Fields* fields = formats().at(component).fields;
  for (const Configured& base : configurations(component)) {
    out.push_back(base);
    if (!fields) continue;
    for (const auto& f : fields->all()) {
      if (f.info.name == "nan" || base.with.find(f.info.name) || (f.info.name == "rule" && !rules)) continue;
      for (const std::string& value : choices(component, f.info.name)) {
        Configured c = base;
        c.with.set(f.info.name, value);
        if (f.info.default_value == Value(value) || !accepted(c)) continue;
        out.push_back(std::move(c));
      }
    }
  }
  return out;
}

Configured with(Configured c, const std::string& name, const Value& value) {
  if (field(c.component, name)) c.with.set(name, value);
  return c;
}

std::string choice(const Configured& c, const std::string& name) {
  if (const Value* v = c.with.find(name)) return v->is_string() ? v->as_string() : std::string();
  const FieldInfo* info = field(c.component, name);
  return info && info->default_value.is_string() ? info->default_value.as_string() : std::string();
}

bool is_elementwise(const Configured& c) {
  const auto f = c.make();
  if (!f->parameters({8}).empty() || f->bits({7}) != 7 * f->bits({1})) return false;
  const Codes codes = f->encode(interesting({8}, 1), {});
  if (codes.exponents.defined() || codes.scale.defined() || !codes.blocks.block.empty()) return false;
  // What a number becomes depends on nothing but itself.
  const at::Tensor x = interesting({64}, 2), y = with(c, "rounding", "nearest_even").make()->quantize(x, {});
  const auto plain = with(c, "rounding", "nearest_even").make();
  for (int64_t i = 0; i < x.numel(); ++i)
    if (plain->quantize(x[i].reshape({1}), {}).item<double>() != y[i].item<double>()) return false;
  return true;
}

bool has_zero_point(const std::string& component) { return field(component, "zero_point") != nullptr; }

bool is_unsigned(const Format& f) {
  const at::Tensor x = at::neg(at::ones({2, 4}));
  const std::vector<double> y = list(f.quantize(x, context_for(f, {2, 4})));
  return std::none_of(y.begin(), y.end(), [](double v) { return v < 0; });
}

std::vector<std::string> all_formats() {
  std::vector<std::string> names;
  for (const ComponentInfo* info : formats().list("format")) names.push_back(info->name);
  return names;
}

namespace {

template <class T>
at::Tensor filled(at::ScalarType type, const auto& values) {
  at::Tensor t = at::empty({static_cast<int64_t>(values.size())}, type);
  std::copy(values.begin(), values.end(), t.mutable_data_ptr<T>());
  return t;
}

}  // namespace

at::Tensor doubles(const std::vector<double>& values) { return filled<double>(at::kDouble, values); }
at::Tensor floats(const std::vector<double>& values) {
  return filled<float>(at::kFloat, std::vector<float>(values.begin(), values.end()));
}
at::Tensor codes_tensor(const std::vector<int64_t>& codes) { return filled<int64_t>(at::kLong, codes); }

std::vector<double> list(const at::Tensor& t) {
  const at::Tensor d = t.to(at::kDouble).contiguous();
  return {d.const_data_ptr<double>(), d.const_data_ptr<double>() + d.numel()};
}
std::vector<int64_t> integers(const at::Tensor& t) {
  const at::Tensor d = t.contiguous();
  return {d.const_data_ptr<int64_t>(), d.const_data_ptr<int64_t>() + d.numel()};
}

at::Tensor interesting(const Shape& shape, uint64_t seed) {
  at::Tensor t = at::empty(shape, at::kFloat);
  float* x = t.mutable_data_ptr<float>();
  Random random(seed);
  for (int64_t i = 0; i < t.numel(); ++i) {
    const double n = random.normal();
    switch (random.below(8)) {
      case 0:
        x[i] = static_cast<float>(std::round(n * 16) / 32);
        break;  // ties
      case 1:
        x[i] = static_cast<float>(std::ldexp(n, static_cast<int>(random.below(40)) - 20));
        break;
      case 2: {
        const float p = std::ldexp(n < 0 ? -1.0f : 1.0f, static_cast<int>(random.below(16)) - 8);
        x[i] = random.below(3) == 0 ? p : std::nextafter(p, random.below(2) ? 0.0f : 1e9f);
        break;
      }
      case 3:
        x[i] = random.below(4) == 0 ? (n < 0 ? -0.0f : 0.0f) : static_cast<float>(n / 100);
        break;
      default:
        x[i] = static_cast<float>(n);
    }
  }
  return t;
}

QuantizeContext context_for(const Format& f, const Shape& shape) {
  QuantizeContext context;
  for (const FormatParameter& p : f.parameters(shape)) context.parameters.push_back(p.initial.clone());
  context.tensor = "x";
  return context;
}

}  // namespace test
