// Which QONNX operator states a format exactly.
#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <mase/text.h>

#include <cfloat>
#include <cmath>

#include "qonnx_formats.h"

namespace mase::exporting {
namespace {

constexpr int kFloatBits = 24;  // integers of more bits are not all float32 numbers, which QONNX computes in

at::Tensor number(double value) { return at::scalar_tensor(value, at::TensorOptions().dtype(at::kFloat)); }

bool flag(const Map& fields, const char* name) {
  const Value* v = fields.find(name);
  return v && v->is_bool() && v->as_bool();
}

std::string word(const Map& fields, const char* name) {
  const Value* v = fields.find(name);
  return v && v->is_string() ? v->as_string() : std::string();
}

const char* rounding_mode(const Map& fields) {
  constexpr const char* kModes[][2] = {{"nearest_even", "ROUND"},
                                       {"floor", "FLOOR"},
                                       {"ceil", "CEIL"},
                                       {"toward_zero", "DOWN"},
                                       {"away_from_zero", "UP"},
                                       {"nearest_away", "HALF_UP"},
                                       {"nearest_toward_zero", "HALF_DOWN"}};
  const std::string rounding = word(fields, "rounding");
  for (const auto& [ours, theirs] : kModes)
    if (rounding.empty() || rounding == ours) return theirs;
  throw NoCounterpart{"QONNX does not round " + rounding};
}

QonnxOperator quant(const at::Tensor& scale, const at::Tensor& zero_point, int64_t width, bool is_signed, bool narrow,
                    const char* rounding) {
  return {"Quant",
          {scale.to(at::kFloat), zero_point.to(at::kFloat), number(static_cast<double>(width))},
          {{"signed", is_signed}, {"narrow", narrow}, {"rounding_mode", rounding}}};
}

QonnxOperator fixed_point(const Map& fields) {
  const int64_t width = fields.at("width").as_int();
  const bool is_signed = fields.at("is_signed").as_bool();
  const std::string overflow = word(fields, "overflow");
  if (overflow != "saturate" && overflow != "saturate_symmetric") throw NoCounterpart{"QONNX saturates only"};
  if (width == 1 && is_signed) throw NoCounterpart{"one signed bit is -1 and +1 in QONNX, not -1 and 0"};
  if (width - is_signed > kFloatBits) throw NoCounterpart{"more bits than float32, which QONNX computes in, holds"};
  const double scale = std::ldexp(1.0, -static_cast<int>(fields.at("frac_width").as_int()));
  return quant(number(scale), number(0), width, is_signed, overflow == "saturate_symmetric" && is_signed,
               rounding_mode(fields));
}

// One number per block in a shape that broadcasts against the tensor.
at::Tensor broadcastable(const at::Tensor& numbers, const BlockGeometry& blocks) {
  if (numbers.numel() == 1) return numbers.reshape({});
  Shape shape;
  int64_t count = 1;
  for (size_t i = 0; i < blocks.shape.size(); ++i) {
    const bool whole = i < blocks.block.size() && blocks.block[i] >= blocks.shape[i];
    if (!whole && blocks.block[i] != 1) throw NoCounterpart{"its blocks share scales within an axis"};
    shape.push_back(whole ? 1 : blocks.shape[i]), count *= shape.back();
  }
  if (count != numbers.numel()) throw NoCounterpart{"its scales are laid out in blocks"};
  return numbers.reshape(shape);
}

// The scales that a parameter has, or that an activation's format states.
at::Tensor scales_of(const Weight& tensor, const Map& fields, const Codes& codes, bool is_parameter) {
  const Value* stored = fields.find("scale");
  const bool has_scale =
      tensor.chosen.short_name() == "lsq_integer" || (stored && stored->is_list() && !stored->as_list().empty());
  if (!is_parameter && !has_scale)
    throw NoCounterpart{"its scale follows from the values, each time anew; quant.calibrate stores one"};
  return broadcastable(codes.scale, codes.blocks);
}

QonnxOperator scaled(const Weight& tensor, const Map& fields, bool is_parameter) {
  const std::string name(tensor.chosen.short_name());
  const Codes codes = tensor.codes();
  const at::Tensor scale = scales_of(tensor, fields, codes, is_parameter);
  at::Tensor zero = codes.exponents.defined() ? codes.exponents.to(at::kDouble) : at::full({}, 0.0);
  zero = broadcastable(zero, codes.blocks);
  const bool odd = codes.exponents.defined() && (codes.exponents.bitwise_and(1)).any().item<bool>();
  const bool is_signed = fields.at("is_signed").as_bool();
  if (odd && !flag(fields, "zero_point_first") && word(fields, "rounding").starts_with("nearest"))
    throw NoCounterpart{"ties round before its odd zero point is added, in QONNX after"};
  const bool narrow = name == "scale_integer" ? is_signed : flag(fields, "narrow_range");
  return quant(scale, zero, fields.at("width").as_int(), is_signed, narrow, rounding_mode(fields));
}

QonnxOperator bipolar(const Weight& tensor, const Map& fields) {
  const bool binary = tensor.chosen.short_name() == "binary";
  if (binary && !flag(fields, "bipolar")) throw NoCounterpart{"QONNX has -1 and +1, not 0 and 1"};
  if (flag(fields, "stochastic")) throw NoCounterpart{"QONNX does not draw by chance"};
  at::Tensor scale = number(1);
  if (const Value* given = fields.find("scale"); !binary && given) {
    std::vector<double> scales;
    for (const Value& v : given->as_list()) scales.push_back(v.as_double());
    scale = at::tensor(scales, at::TensorOptions().dtype(at::kFloat));
    Shape shape(static_cast<size_t>(tensor.tensor.dim()), 1);
    const int64_t axis = fields.at("axis").as_int();
    if (scales.size() > 1) shape.at(static_cast<size_t>(axis < 0 ? axis + tensor.tensor.dim() : axis)) = scale.numel();
    scale = scales.size() > 1 ? scale.reshape(shape) : scale.reshape({});
  }
  return {"BipolarQuant", {scale}, {}};
}

// What FloatQuant has besides values and their scale.
struct FloatNumbers {
  int exponent, mantissa, bias;
  float most;
  bool has_inf, has_nan, saturates;
  const char* rounding;
};

float rounded(float x, std::string_view mode) {
  const float magnitude = std::abs(x);
  if (mode == "ROUND") return std::nearbyint(x);
  if (mode == "FLOOR") return std::floor(x);
  if (mode == "CEIL") return std::ceil(x);
  if (mode == "DOWN") return std::trunc(x);
  if (mode == "UP") return std::copysign(std::ceil(magnitude), x);
  return std::copysign(mode == "HALF_UP" ? std::floor(magnitude + 0.5f) : std::ceil(magnitude - 0.5f), x);
}

// QONNX's formula, in float32 as it stands there.
float float_quant(float x, const FloatNumbers& f) {
  const auto mantissa = static_cast<float>(f.mantissa);
  const float exponent = std::floor(std::log2(std::abs(x) + FLT_MIN)) - mantissa;
  const float step = std::exp2(std::max(exponent, 1 - static_cast<float>(f.bias) - mantissa));
  const float y = step * rounded(x / step, f.rounding);
  if (f.saturates || std::abs(y) <= f.most) return std::clamp(y, -f.most, f.most);
  return f.has_inf ? std::copysign(HUGE_VALF, y) : NAN;
}

// Whether the formula gives what the format gives: every binade, numbers beside ties, numbers beyond the range.
bool agrees(const Format& format, const FloatNumbers& f) {
  std::vector<float> x;
  for (int e = -40; e <= 40; ++e)
    for (int k = 0; k < 64; ++k)
      for (const float sign : {1.f, -1.f}) x.push_back(sign * std::ldexp(1.f + static_cast<float>(k) / 64, e));
  const at::Tensor values = format.quantize(at::tensor(x, at::TensorOptions().dtype(at::kFloat)), {}).contiguous();
  const float* y = values.const_data_ptr<float>();
  for (size_t i = 0; i < x.size(); ++i) {
    const float theirs = float_quant(x[i], f);
    if (y[i] != theirs && (y[i] == y[i] || theirs == theirs)) return false;
  }
  return true;
}

FloatNumbers numbers_of(const Map& fields, int exponent, int mantissa, int bias, const std::string& kind) {
  FloatNumbers f{exponent, mantissa, bias, 0, false, false, true, rounding_mode(fields)};
  f.has_inf = kind == "e5m2" || kind == "e4m3" || kind == "e3m4" || kind == "ieee";
  f.has_nan = f.has_inf || kind.ends_with("fn") || kind.ends_with("fnuz");
  f.saturates = word(fields, "overflow") != "to_infinity";
  if (word(fields, "overflow") == "saturate_to_zero") throw NoCounterpart{"QONNX does not make zeros of great numbers"};
  const int top = (1 << exponent) - 1 - bias - f.has_inf;
  const float step = std::ldexp(kind.ends_with("fn") ? 2.f : 1.f, -mantissa);
  f.most = std::ldexp(2 - step, std::min(top, 127));
  return f;
}

QonnxOperator float_operator(const at::Tensor& scale, const FloatNumbers& f) {
  return {"FloatQuant",
          {scale.to(at::kFloat), number(f.exponent), number(f.mantissa), number(f.bias), number(double(f.most))},
          {{"rounding_mode", f.rounding},
           {"has_inf", f.has_inf},
           {"has_nan", f.has_nan},
           {"has_subnormal", 1},
           {"saturation", f.saturates}}};
}

QonnxOperator minifloat(const Weight& tensor, const Map& fields) {
  const Format& format = *tensor.format;
  const std::vector<int64_t> precision =
      format.precision();  // fp8: [8, exponent, mantissa], else [width, exponent, bias]
  const bool fp8 = tensor.chosen.short_name() == "fp8";
  const int exponent = static_cast<int>(precision.at(1));
  const int mantissa = static_cast<int>(fp8 ? precision.at(2) : precision.at(0) - exponent - 1);
  int least = -40;  // exponent of the least number
  const auto value = [&](float x) { return format.quantize(number(double(x)), {}).item<float>(); };
  while (fp8 && least < 40 && value(std::ldexp(1.f, least)) != std::ldexp(1.f, least)) ++least;
  const int bias = fp8 ? 1 - mantissa - least : static_cast<int>(precision.at(2));
  const FloatNumbers f = numbers_of(fields, exponent, mantissa, bias, word(fields, fp8 ? "variant" : "kind"));
  if (!agrees(format, f)) throw NoCounterpart{"QONNX's FloatQuant gives other numbers"};
  return float_operator(number(1), f);
}

QonnxOperator scaled_minifloat(const Weight& tensor, const Map& fields, bool is_parameter) {
  const at::Tensor scale = scales_of(tensor, fields, tensor.codes(), is_parameter);
  const std::vector<int64_t> precision = tensor.format->precision();
  const int exponent = static_cast<int>(precision.at(1)), mantissa = static_cast<int>(precision.at(0)) - exponent - 1;
  FloatNumbers f = numbers_of(fields, exponent, mantissa, static_cast<int>(precision.at(2)), word(fields, "kind"));
  if (const Value* greatest = fields.find("greatest"); greatest && !greatest->is_null())
    f.most = static_cast<float>(greatest->as_double());
  const std::string_view rounding = f.rounding;
  if ((mantissa == 0 && rounding == "ROUND") ||
      (!f.saturates && (rounding == "FLOOR" || rounding == "CEIL" || rounding == "DOWN")))
    throw NoCounterpart{"QONNX's FloatQuant gives other numbers"};
  return float_operator(scale, f);
}

}  // namespace

QonnxOperator qonnx_operator(const Weight& tensor, const Map& fields, bool is_parameter) {
  if (tensor.grid)  // as wide as its values need; one signed bit would be -1 and +1
    return quant(number(std::ldexp(1.0, -tensor.grid->frac_width)), number(0), std::max(tensor.grid->width, 2), true,
                 false, "ROUND");
  const std::string name = tensor.chosen.name();
  if (word(fields, "rule") == "mase") throw NoCounterpart{"rule: mase keeps quirks that QONNX lacks"};
  if (name == "quant.integer" || name == "quant.fixed") return fixed_point(fields);
  for (const char* affine :
       {"quant.scale_integer", "quant.channel_integer", "quant.asymmetric_integer", "quant.lsq_integer"})
    if (name == affine) return scaled(tensor, fields, is_parameter);
  if (name == "quant.binary" || name == "quant.bipolar") return bipolar(tensor, fields);
  if (name == "quant.fp8" || name == "quant.minifloat_ieee") return minifloat(tensor, fields);
  if (name == "quant.channel_minifloat") return scaled_minifloat(tensor, fields, is_parameter);
  throw NoCounterpart{};
}

}  // namespace mase::exporting
