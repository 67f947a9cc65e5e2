// Which of our formats a quantizer in an ONNX file is.
#include "onnx_formats.h"

#include <algorithm>
#include <cmath>

#include "mase/text.h"

namespace models::onnx {

namespace {

bool all_equal(const std::vector<double>& v) {
  return std::all_of(v.begin(), v.end(), [&](double x) { return x == v[0]; });
}

std::optional<int> power_of_two(double scale) {
  int exponent = 0;
  if (!(scale > 0) || std::frexp(scale, &exponent) != 0.5) return std::nullopt;
  return exponent - 1;
}

struct Codes {
  int width = 0;
  bool is_signed = false, narrow = false;
};

// The width whose codes go from low to high, or from one more or to one less.
std::optional<Codes> codes_of(int64_t low, int64_t high) {
  for (int width = 1; width <= 62; ++width) {
    const int64_t half = int64_t{1} << (width - 1);
    if (low == -half && high == half - 1) return Codes{width, true, false};
    if (width > 1 && low == 1 - half && high == half - 1) return Codes{width, true, true};
    if (low == 0 && high == 2 * half - 1) return Codes{width, false, false};
    if (width > 1 && low == 0 && high == 2 * half - 2) return Codes{width, false, true};
  }
  return std::nullopt;
}

mase::List list_of(const std::vector<double>& values, bool integers) {
  mase::List list;
  for (const double v : values) {
    if (integers)
      list.emplace_back(static_cast<int64_t>(v));
    else
      list.emplace_back(v);
  }
  return list;
}

mase::Map scaled_fields(const IntegerGrid& g, const Codes& codes) {
  mase::Map with{{"width", codes.width}, {"is_signed", codes.is_signed}};
  if (codes.narrow) with.set("narrow_range", true);
  with.set("per", g.scale.size() > 1 ? "channel" : "tensor");
  with.set("scale", list_of(g.scale, false));
  if (g.rounding != "nearest_even") with.set("rounding", g.rounding);
  return with;
}

}  // namespace

void check_scales(const std::vector<double>& scales) {
  for (const double s : scales)
    if (!(s >= 1e-38 && s <= 1e38)) throw Unsupported{mase::format("its scale is {}", s)};
}

Quantized integer_format(const IntegerGrid& given) {
  IntegerGrid g = given;
  if (g.scale.empty() || g.zero_point.empty()) throw Unsupported{"it has no scale"};
  if (g.zero_point.size() == 1) g.zero_point.resize(g.scale.size(), g.zero_point[0]);
  if (g.scale.size() == 1) g.scale.resize(g.zero_point.size(), g.scale[0]);
  if (g.scale.size() != g.zero_point.size()) throw Unsupported{"its scales and zero points are not as many"};
  for (const double s : g.scale)
    if (!(s > 0) || !std::isfinite(s)) throw Unsupported{mase::format("its scale is {}", s)};
  const auto codes = codes_of(g.low, g.high);
  if (!codes) throw Unsupported{mase::format("its integers go from {} to {}", g.low, g.high)};
  for (const double z : g.zero_point)
    if (z != std::floor(z)) throw Unsupported{mase::format("its zero point is {}, no integer", z)};
  if (all_equal(g.scale) && all_equal(g.zero_point)) g.scale.resize(1), g.zero_point.resize(1), g.axis.reset();
  const bool is_centred = std::all_of(g.zero_point.begin(), g.zero_point.end(), [](double z) { return z == 0; });
  const auto exponent = g.scale.size() == 1 ? power_of_two(g.scale[0]) : std::nullopt;
  const bool symmetric_only = codes->narrow && !codes->is_signed;
  if (is_centred && exponent && std::abs(*exponent) <= 64 && !symmetric_only) {
    mase::Map with{{"width", codes->width}, {"frac_width", -*exponent}, {"is_signed", codes->is_signed}};
    if (g.rounding != "nearest_even") with.set("rounding", g.rounding);
    if (codes->narrow) with.set("overflow", "saturate_symmetric");
    return {mase::Chosen("quant.integer", std::move(with)), {}, {}, 0, 0};
  }
  if (codes->width > kScaledBits)
    throw Unsupported{mase::format("its integers have {} bits and a scale that is no power of two", codes->width)};
  check_scales(g.scale);
  mase::Map with = scaled_fields(g, *codes);
  if (is_centred) return {mase::Chosen("quant.channel_integer", std::move(with)), g.axis, {}, 0, 0};
  for (const double z : g.zero_point)
    if (z < static_cast<double>(g.low) || z > static_cast<double>(g.high))
      throw Unsupported{mase::format("its zero point {} is none of its integers", z)};
  with.set("zero_point", list_of(g.zero_point, true));
  if (g.zero_point_first) with.set("zero_point_first", true);
  return {mase::Chosen("quant.asymmetric_integer", std::move(with)), g.axis, {}, 0, 0};
}

std::string rounding_of(const std::string& mode) {
  std::string upper = mode;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const std::map<std::string, const char*> names{{"ROUND", "nearest_even"},
                                                 {"HALF_EVEN", "nearest_even"},
                                                 {"CEIL", "ceil"},
                                                 {"FLOOR", "floor"},
                                                 {"UP", "away_from_zero"},
                                                 {"DOWN", "toward_zero"},
                                                 {"HALF_UP", "nearest_away"},
                                                 {"HALF_DOWN", "nearest_toward_zero"}};
  const auto found = names.find(upper);
  if (found == names.end()) throw Unsupported{mase::format("its rounding mode is {}", mode)};
  return found->second;
}

PerAxis per_axis(const Wire& wire, int64_t rank, const char* what) {
  if (!wire.known()) throw Unsupported{mase::format("its {} is computed", what)};
  const at::Tensor t = wire.trace[0].to(at::kDouble).contiguous();
  PerAxis result;
  result.values.assign(t.const_data_ptr<double>(), t.const_data_ptr<double>() + t.numel());
  if (result.values.empty()) throw Unsupported{mase::format("its {} is empty", what)};
  if (t.dim() > rank && t.numel() > 1) throw Unsupported{mase::format("its {} has more axes than its input", what)};
  for (int64_t i = 0; i < t.dim(); ++i) {
    if (t.size(i) == 1) continue;
    if (result.axis) throw Unsupported{mase::format("its {} differs along two axes", what)};
    result.axis = i + rank - t.dim();
  }
  return result;
}

}  // namespace models::onnx
