// Standard behaviour on which independent oracles agree: element formats and fixed point.
#include <algorithm>
#include <cmath>

#include <ATen/ops/empty.h>
#include "cases.h"
#include "compare.h"
#include "fields.h"
#include "mase/text.h"
#include "oracle.h"

namespace vectors {
namespace {

using namespace mase;

constexpr int64_t kAnyNan = 65534, kNone = 65535;

at::Tensor code_tensor(const std::vector<int64_t>& codes) {
  at::Tensor t = at::empty({static_cast<int64_t>(codes.size())}, at::kLong);
  std::copy(codes.begin(), codes.end(), t.mutable_data_ptr<int64_t>());
  return t;
}

struct CodeTable {
  std::vector<int64_t> codes;
  std::vector<float> values;
};

// decode() of every code of a table.
void decode_table(Registry& registry, Report& report, Case place, const Element& element, const CodeTable& table) {
  report.begin(place);
  run_case(report, place, static_cast<int64_t>(table.codes.size()), [&] {
    const Made made = make_format(registry, element.component, element.fields);
    place.format = made.text;
    Codes codes = made.format->encode(
        tensor_of(std::vector<float>(table.codes.size()).data(), {static_cast<int64_t>(table.codes.size())}), {});
    codes.elements = code_tensor(table.codes);
    const at::Tensor got = made.format->decode(codes);
    for (size_t i = 0; i < table.codes.size(); ++i) {
      const auto value = static_cast<float>(got.const_data_ptr<double>()[i]);
      if (same(value, table.values[i], 0))
        report.equal(place);
      else
        report.differ(place, std::to_string(i), format("code {:#x}", table.codes[i]), float_text(table.values[i]),
                      float_text(value));
    }
  });
}

int64_t sign_extended(int64_t code, int64_t width) {
  return code >> (width - 1) & 1 ? code - (int64_t{1} << width) : code;
}

void decode_float(Folder& folder, Registry& registry, Report& report, const Map& manifest) {
  const char* file = "oracle_decode_float.csv";
  if (!folder.has(file)) return;
  std::map<std::string, CodeTable> tables;
  for (const auto& row : folder.csv(file)) {
    CodeTable& table = tables[row.at("format")];
    table.codes.push_back(std::stol(row.at("code_hex"), nullptr, 16));
    const std::string& hex = row.at("value_f32_hex");
    table.values.push_back(hex == "inf" ? INFINITY : hex == "-inf" ? -INFINITY : float_of_hex(hex));
  }
  for (auto& [name, table] : tables) {
    if (name == "ocp_e8m0") continue;  // scales are no elements: compared with the MX blocks
    if (name == "ocp_int8")
      for (int64_t& code : table.codes) code = sign_extended(code, 8);
    for (const Element& e : elements_of(registry, manifest, name))
      decode_table(registry, report, {"oracle decode " + name, file, name, e.component, false}, e, table);
  }
}

void decode_fixed(Folder& folder, Registry& registry, Report& report) {
  const char* file = "oracle_decode_fixed.csv";
  if (!folder.has(file)) return;
  std::map<std::string, std::pair<Element, CodeTable>> tables;
  for (const auto& row : folder.csv(file)) {
    const int64_t width = std::stol(row.at("width"));
    const bool is_signed = row.at("signed") == "1";
    auto& [element, table] = tables[row.at("width") + "," + row.at("frac_width") + "," + row.at("signed")];
    element = {"quant.integer",
               {{"width", width}, {"frac_width", std::stol(row.at("frac_width"))}, {"is_signed", is_signed}}};
    const int64_t code = std::stol(row.at("code_hex"), nullptr, 16);
    table.codes.push_back(is_signed ? sign_extended(code, width) : code);
    table.values.push_back(float_of_hex(row.at("value_f32_hex")));
  }
  for (const auto& [name, t] : tables)
    decode_table(registry, report, {"oracle decode fixed", file, name, "quant.integer", false}, t.first, t.second);
}

// One row of expected codes. Inputs that have no representation are left to the format.
void encode_row(Report& report, const Case& place, const Format& f, const std::vector<float>& input,
                const int64_t* expected) {
  std::vector<float> x;
  std::vector<size_t> at;
  for (size_t i = 0; i < input.size(); ++i)
    if (expected[i] != kNone) x.push_back(input[i]), at.push_back(i);
  run_case(report, place, static_cast<int64_t>(x.size()), [&] {
    const at::Tensor t = tensor_of(x.data(), {static_cast<int64_t>(x.size())});
    const Codes codes = f.encode(t, {});
    const at::Tensor y = f.quantize(t, {}), decoded = f.decode(codes);
    for (size_t i = 0; i < x.size(); ++i) {
      const int64_t want = expected[at[i]], got = codes.elements.const_data_ptr<int64_t>()[i];
      const auto value = static_cast<float>(decoded.const_data_ptr<double>()[i]);
      const bool right = want == kAnyNan ? std::isnan(value) : got == want;
      const std::string element = std::to_string(at[i]);
      if (!right)
        report.differ(place, element, float_text(x[i]), want == kAnyNan ? "a NaN code" : format("code {:#x}", want),
                      format("code {:#x}", got));
      else if (!same(y.const_data_ptr<float>()[i], value, 0))
        report.differ(place, element, float_text(x[i]), "quantize to equal decode(encode), " + float_text(value),
                      float_text(y.const_data_ptr<float>()[i]));
      else
        report.equal(place);
    }
  });
}

std::string kind_of(const Map& manifest, const std::string& name) {
  for (const Value& v : manifest.at("formats").as_list())
    if (v.as_map().at("name").as_string() == name) return v.as_map().at("kind").as_string();
  return {};
}

void encode_float(Folder& folder, Registry& registry, Report& report, const Map& manifest) {
  const Value* cases = manifest.find("encode");
  for (const Value& v : cases ? cases->as_list() : List()) {
    const Map& c = v.as_map();
    const std::string name = c.at("format").as_string(), file = c.at("codes").as_string();
    const test::Npy<float>& input = folder.floats(c.at("input").as_string());
    const CodeArray codes = folder.codes(file);
    const List& rows = c.at("rows").as_list();
    if (codes.data.size() != rows.size() * input.data.size()) throw Error(file + " does not fit its input");
    for (const Element& e : elements_of(registry, manifest, name))
      for (size_t r = 0; r < rows.size(); ++r) {
        const std::string& row = rows[r].as_string();  // "half_even no saturation"
        const std::string rounding = our_rounding(row.substr(0, row.find(' ')));
        Map fields = e.fields;
        fields.set("rounding", rounding);
        // What a format without infinity and NaN does beyond its range is left out of such rows.
        const bool infinite = row.find("no saturation") != std::string::npos && kind_of(manifest, name) != "finite";
        fields.set("overflow", infinite ? "to_infinity" : "saturate");
        Case place{"oracle encode " + name, file, std::to_string(r) + " (" + row + ")", e.component, false};
        report.begin(place);
        run_case(report, place, static_cast<int64_t>(input.data.size()), [&] {
          const Made made = make_format(registry, e.component, fields);
          place.format = made.text;
          encode_row(report, place, *made.format, input.data, codes.data.data() + r * input.data.size());
        });
      }
  }
}

void encode_fixed(Folder& folder, Registry& registry, Report& report, const Map& manifest) {
  const Value* fixed = manifest.find("fixed");
  if (!fixed) return;
  const Map& f = fixed->as_map();
  const List &roundings = f.at("rounding").as_list(), &overflows = f.at("overflow").as_list();
  for (const Value& v : f.at("cases").as_list()) {
    const Map& c = v.as_map();
    const std::string file = c.at("codes").as_string();
    const test::Npy<float>& input = folder.floats(c.at("input").as_string());
    const CodeArray codes = folder.codes(file);
    if (codes.data.size() != roundings.size() * overflows.size() * input.data.size())
      throw Error(file + " does not fit its input");
    const int64_t* expected = codes.data.data();
    for (const Value& rounding : roundings)
      for (const Value& overflow : overflows) {
        Case place{"oracle encode fixed", file, rounding.as_string() + " " + overflow.as_string(), {}, false};
        report.begin(place);
        run_case(report, place, static_cast<int64_t>(input.data.size()), [&] {
          const Made made = make_format(registry, "quant.integer",
                                        {{"width", c.at("width")},
                                         {"frac_width", c.at("frac_width")},
                                         {"is_signed", c.at("signed")},
                                         {"rounding", rounding},
                                         {"overflow", overflow}});
          place.format = made.text;
          encode_row(report, place, *made.format, input.data, expected);
        });
        expected += input.data.size();
      }
  }
}

}  // namespace

namespace {

// "e4m3fn", "e5m2", "e4m3b11fnuz": how fp8 types are named.
std::string type_name(int64_t exponent, int64_t mantissa, int64_t bias, const std::string& kind) {
  std::string name = format("e{}m{}", exponent, mantissa);
  const int64_t usual = (int64_t{1} << (exponent - 1)) - (kind == "fnuz" ? 0 : 1);
  if (bias != usual) name += format("b{}", bias);
  return kind == "ieee" ? name : name + kind;
}

}  // namespace

std::vector<Element> elements_of(Registry& registry, const Map& manifest, const std::string& name) {
  if (name == "ocp_int8") return {{"quant.integer", {{"width", 8}, {"frac_width", 6}}}};
  for (const Value& v : manifest.at("formats").as_list()) {
    const Map& f = v.as_map();
    if (f.at("name").as_string() != name) continue;
    const Value &e = f.at("exponent_bits"), &m = f.at("mantissa_bits"), &bias = f.at("bias"), &kind = f.at("kind");
    Map fields{
        {"width", 1 + e.as_int() + m.as_int()}, {"exponent_width", e}, {"exponent_bias", bias}, {"nan", "propagate"}};
    const ComponentInfo* ieee = registry.find("quant.minifloat_ieee");
    const bool kinds = ieee && ieee->fields && ieee->fields->find("kind");
    if (kinds) fields.set("kind", kind);
    std::vector<Element> found;
    if (kinds || kind.as_string() == "finite") found.push_back({"quant.minifloat_ieee", fields});
    const std::string type = type_name(e.as_int(), m.as_int(), bias.as_int(), kind.as_string());
    const ComponentInfo* fp8 = registry.find("quant.fp8");
    const FieldInfo* variant = fp8 && fp8->fields ? fp8->fields->find("variant") : nullptr;
    if (variant && std::count(variant->type.choices.begin(), variant->type.choices.end(), type))
      found.push_back({"quant.fp8", {{"variant", type}, {"nan", "propagate"}}});
    if (registry.find("quant.minifloat_mx") && (kind.as_string() == "finite" || kind.as_string() == "ieee") &&
        bias.as_int() == std::max<int64_t>(0, (int64_t{1} << (e.as_int() - 1)) - 1))
      found.push_back(
          {"quant.minifloat_mx",
           {{"exp_bits", e}, {"frac_bits", m}, {"is_finite", kind.as_string() == "finite"}, {"nan", "propagate"}}});
    if (found.empty()) found.push_back({"quant.minifloat_ieee", {{"kind", kind}}});  // reported as refused
    return found;
  }
  throw Error("oracle_manifest.json describes no format '" + name + "'");
}

void run_oracle(Folder& folder, Registry& registry, Report& report) {
  const Value manifest = folder.json("oracle_manifest.json");
  const Map& m = manifest.as_map();
  decode_float(folder, registry, report, m);
  decode_fixed(folder, registry, report);
  encode_float(folder, registry, report, m);
  encode_fixed(folder, registry, report, m);
  run_mx(folder, registry, report, m);
}

}  // namespace vectors
