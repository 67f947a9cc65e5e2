// MX blocks and their scale rules.
#include <algorithm>
#include <cmath>

#include "cases.h"
#include "compare.h"
#include "fields.h"
#include "mase/text.h"
#include "oracle.h"

namespace vectors {
namespace {

using namespace mase;

constexpr int64_t kScaleBias = 127;  // of E8M0

Element block_element(const Map& manifest, const Map& format, int64_t block_size) {
  const std::string& name = format.at("element").as_string();
  if (name.rfind("ocp_int", 0) == 0)
    return {"quant.mxint", {{"block_size", block_size}, {"element_bits", std::stol(name.substr(7))}}};
  for (const Value& v : manifest.at("formats").as_list()) {
    const Map& f = v.as_map();
    if (f.at("name").as_string() == name)
      return {"quant.mxfp",
              {{"block_size", block_size},
               {"element_exp_bits", f.at("exponent_bits")},
               {"element_frac_bits", f.at("mantissa_bits")}}};
  }
  throw Error("oracle_manifest.json describes no format '" + name + "'");
}

struct Expected {
  CodeArray scales, elements, status;
  const test::Npy<float>* values = nullptr;
};

void compare_block(Report& report, const Case& place, size_t block, size_t size, const at::Tensor& x,
                   const at::Tensor& y, const Codes& codes, const std::vector<int64_t>& scales, const Expected& e) {
  if (scales[block] == e.scales.data[block])
    report.equal(place);
  else
    report.differ(place, format("scale of block {}", block), "-", std::to_string(e.scales.data[block]),
                  std::to_string(scales[block]));
  const at::Tensor elements = codes.elements.contiguous();
  const int64_t mask = 255;
  for (size_t i = block * size; i < (block + 1) * size; ++i) {
    const int64_t got = elements.const_data_ptr<int64_t>()[i] & mask;
    const float in = x.const_data_ptr<float>()[i], value = y.const_data_ptr<float>()[i], want = e.values->data[i];
    const std::string element = format("{} (block {})", i, block);
    // A format without -0 has +0 there: int8 elements.
    if (!same(value, want, 0) && !(value == 0 && want == 0 && place.group.find("int") != std::string::npos))
      report.differ(place, element, float_text(in), float_text(want), float_text(value));
    else if (got != (e.elements.data[i] & mask))
      report.differ(place, element, float_text(in), format("code {:#x}", e.elements.data[i]),
                    format("code {:#x}", got));
    else
      report.equal(place);
  }
}

void run_format(Folder& folder, Registry& registry, Report& report, const Map& manifest, const Map& mx, const Map& f) {
  const std::string name = f.at("format").as_string(), input = mx.at("file_input").as_string();
  const std::string prefix = input.substr(0, input.rfind("input.npy")) + name;
  const test::Npy<float>& x = folder.floats(input);
  Expected e{folder.codes(prefix + "_scale_codes.npy"), folder.codes(prefix + "_element_codes.npy"),
             folder.codes(prefix + "_status.npy"), &folder.floats(prefix + "_values.npy")};
  const auto size = static_cast<size_t>(mx.at("block_size").as_int());
  if (x.data.size() != e.elements.data.size() || x.data.size() != e.values->data.size() ||
      x.data.size() != e.scales.data.size() * size || e.status.data.size() != e.scales.data.size())
    throw Error(prefix + ": its files do not fit the input");
  Case place{"oracle " + name, prefix + "_values.npy", "0", {}, false};
  report.begin(place);
  run_case(report, place, static_cast<int64_t>(x.data.size()), [&] {
    const Element element = block_element(manifest, f, static_cast<int64_t>(size));
    const Made made = make_format(registry, element.component, element.fields);
    place.format = made.text;
    const at::Tensor t =
        tensor_of(x.data.data(), {static_cast<int64_t>(e.scales.data.size()), static_cast<int64_t>(size)});
    const Codes codes = made.format->encode(t, {});
    const at::Tensor y = made.format->quantize(t, {});
    const std::vector<int64_t> scales = scale_codes(codes, e.scales.data, kScaleBias);
    for (size_t b = 0; b < e.status.data.size(); ++b)
      if ((e.status.data[b] & 1) && (e.status.data[b] & 6))
        compare_block(report, place, b, size, t, y, codes, scales, e);
  });
}

// One block per maximum, in which nothing else matters.
void run_rule(Registry& registry, Report& report, const Case& at, const Element& element, const std::string& rule,
              const std::vector<float>& maxima, const std::vector<int64_t>& expected) {
  Case place = at;
  report.begin(place);
  run_case(report, place, static_cast<int64_t>(maxima.size()), [&] {
    Map fields = element.fields;
    fields.set("scale_rule", rule);
    const Made made = make_format(registry, element.component, fields);
    place.format = made.text;
    const auto size = static_cast<size_t>(fields.at("block_size").as_int());
    std::vector<float> x(maxima.size() * size);
    for (size_t i = 0; i < maxima.size(); ++i) x[i * size + i % size] = i % 2 ? -maxima[i] : maxima[i];
    const Codes codes =
        made.format->encode(tensor_of(x.data(), {static_cast<int64_t>(maxima.size()), static_cast<int64_t>(size)}), {});
    const std::vector<int64_t> got = scale_codes(codes, expected, kScaleBias);
    for (size_t i = 0; i < maxima.size(); ++i) {
      if (got[i] == expected[i])
        report.equal(place);
      else
        report.differ(place, std::to_string(i), float_text(maxima[i]), "scale code " + std::to_string(expected[i]),
                      std::to_string(got[i]));
    }
  });
}

void run_scale_rules(Folder& folder, Registry& registry, Report& report, const Map& manifest, const Map& mx) {
  const char* file = "oracle_mx_scale_rules.csv";
  if (!folder.has(file)) return;
  std::map<std::string, Csv> by_format;
  for (const auto& row : folder.csv(file)) by_format[row.at("format")].push_back(row);
  for (const Value& v : mx.at("formats").as_list()) {
    const std::string name = v.as_map().at("format").as_string();
    const Csv& rows = by_format[name];
    if (rows.empty()) continue;
    const Element element = block_element(manifest, v.as_map(), mx.at("block_size").as_int());
    for (const auto& [column, unused] : rows.front()) {
      if (column == "format" || column == "amax_f32_hex") continue;
      std::vector<float> maxima;
      std::vector<int64_t> expected;
      for (const auto& row : rows)
        if (!row.at(column).empty())
          maxima.push_back(float_of_hex(row.at("amax_f32_hex"))), expected.push_back(std::stol(row.at(column)));
      run_rule(registry, report, {"oracle scale rule " + column, file, name, {}, false}, element, column, maxima,
               expected);
    }
  }
}

}  // namespace

void run_mx(Folder& folder, Registry& registry, Report& report, const Map& manifest) {
  const Value* mx = manifest.find("mx");
  if (!mx) return;
  for (const Value& v : mx->as_map().at("formats").as_list())
    run_format(folder, registry, report, manifest, mx->as_map(), v.as_map());
  run_scale_rules(folder, registry, report, manifest, mx->as_map());
}

}  // namespace vectors
