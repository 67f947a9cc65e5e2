// What MASE's quantizers return, reproduced under `rule: mase`.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "cases.h"
#include "compare.h"
#include "fields.h"
#include "mase/text.h"

namespace vectors {
namespace {

using namespace mase;

struct Row {
  Case place;
  std::string component;
  Map params;
  const test::Npy<float>* input = nullptr;
  bool per_tensor = false;  // one call for each entry of the input's first axis
};

// The names that are not a component's own.
std::string component_of(const std::string& format) {
  static const std::map<std::string, std::string> names = {{"integer_floor", "integer"},
                                                           {"integer_for_hw", "integer"},
                                                           {"integer_floor_for_hw", "integer"},
                                                           {"unsigned_integer_for_hw", "integer"},
                                                           {"binary_zero_scaled", "binary"},
                                                           {"minifloat_mx_code", "minifloat_mx"},
                                                           {"mxint_codes", "mxint"},
                                                           {"mxfp_codes", "mxfp"}};
  const auto it = names.find(format);
  return "quant." + (it == names.end() ? format : it->second);
}

// These see a whole 4-D tensor and compute their statistics per sample; others' files hold one tensor after another.
bool whole(const std::string& format) { return format == "ternary" || format == "binary_zero_scaled"; }

Row read_row(Folder& folder, const Map& c) {
  Row row;
  row.place.group = c.at("format").as_string();
  row.place.file = c.at("file").as_string();
  row.place.row = std::to_string(c.at("row").as_int());
  row.component = component_of(row.place.group);
  row.params = c.at("params").as_map();
  const Value* search = row.params.find("quantile_search");
  row.place.informative = search && search->is_bool() && search->as_bool();
  row.input = &folder.floats(c.at("input").as_string());
  row.per_tensor = row.input->shape.size() > 1 && !whole(row.place.group);
  return row;
}

std::vector<at::Tensor> calls(const Row& row) {
  Shape shape(row.input->shape.begin(), row.input->shape.end());
  if (!row.per_tensor) return {tensor_of(row.input->data.data(), shape)};
  shape.erase(shape.begin());
  std::vector<at::Tensor> tensors;
  for (size_t i = 0; i < row.input->shape.front(); ++i) tensors.push_back(tensor_of(row.input->row(i), shape));
  return tensors;
}

// Whether float32 sums of the magnitudes are exact in any order: all are multiples of a step that the sum is not
// 2^24 times greater than.
bool exact_sums(const test::Npy<float>& x) {
  int lowest = 1000;
  double sum = 0;
  for (const float v : x.data) {
    if (v == 0 || !std::isfinite(v)) continue;
    int exponent;
    auto mantissa = static_cast<int64_t>(std::ldexp(std::frexp(std::fabs(v), &exponent), 24));
    exponent -= 24;
    for (; mantissa % 2 == 0; mantissa /= 2) ++exponent;
    lowest = std::min(lowest, exponent);
    sum += std::fabs(static_cast<double>(v));
  }
  return sum <= std::ldexp(1.0, lowest + 24);
}

int allowed_ulps(const Row& row) {
  const Value* scaled = row.params.find("scaling_factor");
  const bool mean = row.place.group == "binary_zero_scaled" ||
                    (row.place.group == "ternary" && scaled && scaled->is_bool() && scaled->as_bool());
  return mean && !exact_sums(*row.input) ? 2 : 0;
}

void run_values(Folder& folder, Registry& registry, Report& report, Row row) {
  const test::Npy<float>& expected = folder.floats(row.place.file);
  const auto r = static_cast<size_t>(std::stol(row.place.row));
  if (expected.shape.empty() || r >= expected.shape.front() || expected.row_size() != row.input->data.size())
    throw Error(format("{} row {} does not have the shape of its input", row.place.file, r));
  row.params.set("rule", "mase");
  const bool nan = std::any_of(row.input->data.begin(), row.input->data.end(), [](float v) { return v != v; });
  if (nan) row.params.set("nan", "propagate");
  const Made made = make_format(registry, row.component, row.params);
  row.place.format = made.text;
  size_t first = 0;
  for (const at::Tensor& x : calls(row)) {
    const auto count = x.numel();
    run_case(report, row.place, count, [&] {
      compare_values(report, row.place, x, made.format->quantize(x, {}), expected.row(r) + first, allowed_ulps(row),
                     first);
    });
    first += static_cast<size_t>(count);
  }
}

// A memory image holds codes modulo 2^width.
void adapt_memory_image(Row& row, int64_t& mask) {
  const std::string& name = row.place.group;
  mask = (int64_t{1} << row.params.at("width").as_int()) - 1;
  row.params.set("rounding", name == "integer_for_hw" ? "nearest_even" : "floor");
  row.params.set("is_signed", name.rfind("unsigned", 0) != 0);
}

void compare_codes(Report& report, const Row& row, const at::Tensor& x, const at::Tensor& codes,
                   const std::vector<int64_t>& expected, int64_t mask, size_t first) {
  const at::Tensor c = codes.contiguous();
  const int64_t* got = c.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < c.numel(); ++i) {
    const int64_t e = expected[first + static_cast<size_t>(i)];
    if ((got[i] & mask) == (e & mask))
      report.equal(row.place);
    else
      report.differ(row.place, std::to_string(first + static_cast<size_t>(i)), float_text(x.const_data_ptr<float>()[i]),
                    std::to_string(e), std::to_string(got[i]));
  }
}

// [tensor][block][scale code, element codes...]
void compare_blocks(Report& report, const Row& row, const at::Tensor& x, const Codes& codes, const int64_t* expected,
                    size_t line) {
  const auto blocks = static_cast<size_t>(x.numel()) / (line - 1);
  std::vector<int64_t> scales(blocks), elements;
  for (size_t b = 0; b < blocks; ++b) {
    scales[b] = expected[b * line];
    elements.insert(elements.end(), expected + b * line + 1, expected + (b + 1) * line);
  }
  const Value* bits = row.params.find("scale_bits");
  const int64_t bias = (int64_t{1} << ((bits ? bits->as_int() : 8) - 1)) - 1;
  const std::vector<int64_t> got = scale_codes(codes, scales, bias);
  for (size_t b = 0; b < blocks; ++b) {
    if (got[b] == scales[b])
      report.equal(row.place);
    else
      report.differ(row.place, format("scale of block {}", b), "-", std::to_string(scales[b]), std::to_string(got[b]));
  }
  compare_codes(report, row, x, codes.elements, elements, -1, 0);
}

void run_codes(Folder& folder, Registry& registry, Report& report, Row row) {
  const CodeArray expected = folder.codes(row.place.file);
  const auto r = static_cast<size_t>(std::stol(row.place.row));
  if (expected.shape.empty() || r >= expected.shape.front()) throw Error(row.place.file + " is too short");
  const size_t size = expected.data.size() / expected.shape.front(), inputs = row.input->data.size();
  const std::vector<int64_t> data(expected.data.begin() + static_cast<int64_t>(r * size),
                                  expected.data.begin() + static_cast<int64_t>((r + 1) * size));
  int64_t mask = -1;
  const bool image = row.place.group.find("_for_hw") != std::string::npos;
  if (image)
    adapt_memory_image(row, mask);
  else
    row.params.set("rule", "mase");
  const size_t line = size == inputs ? 1 : expected.shape.back();
  if (line > 1 ? size / line * (line - 1) != inputs : size != inputs)
    throw Error(format("{} row {} does not have the shape of its input", row.place.file, r));
  const Made made = make_format(registry, row.component, row.params);
  row.place.format = made.text;
  size_t first = 0;
  for (const at::Tensor& x : calls(row)) {
    const auto count = static_cast<size_t>(x.numel());
    run_case(report, row.place, x.numel(), [&] {
      const Codes codes = made.format->encode(x, {});
      if (line == 1)
        compare_codes(report, row, x, codes.elements, data, mask, first);
      else
        compare_blocks(report, row, x, codes, data.data() + first / (line - 1) * line, line);
    });
    first += count;
  }
}

}  // namespace

void run_mase(Folder& folder, Registry& registry, Report& report) {
  const Value manifest = folder.json("mase_manifest.json");
  for (const Value& c : manifest.as_map().at("cases").as_list()) {
    const Row row = read_row(folder, c.as_map());
    report.begin(row.place);
    run_case(report, row.place, static_cast<int64_t>(row.input->data.size()), [&] {
      if (folder.is_float(row.place.file))
        run_values(folder, registry, report, row);
      else
        run_codes(folder, registry, report, row);
    });
  }
}

}  // namespace vectors
