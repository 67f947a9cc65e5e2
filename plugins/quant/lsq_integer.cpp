// quant.lsq_integer: rounding by a learned step, and the step's gradient.
#include "lsq_integer.h"

#include <algorithm>
#include <cmath>

#include "calibration_search.h"

namespace mase::quant {
namespace {

constexpr double kLeastScale = 0x1p-60;  // a step that training has driven to zero or below

template <class T>
struct LsqFunctor {
  T low, high, scale;
  MASE_INLINE T operator()(T x) const {
    T c = x / scale;
    c = select(low > c, low, c);
    c = select(high < c, high, c);
    return nearest_even<T, true>(c) * scale;
  }
};

// Gradient of the step: the code beyond the range, else what rounding added.
template <class T>
double scale_gradient(const T* g, const T* x, int64_t count, T low, T high, T scale) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const T c = x[i] / scale;
    const T d = c <= low ? low : c >= high ? high : std::nearbyint(c) - c;
    sum += static_cast<double>(g[i]) * static_cast<double>(d);
  }
  return sum;
}

}  // namespace

void LsqInteger::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of a code").range(2, 16).unit("bits");
  s.field("is_signed", &Config::is_signed, "codes from -2^(width - 1); false: from 0");
  s.field("scale", &Config::scale, "the step before training").range(1e-15, 1e15);
  common_fields(s);
}

LsqInteger::LsqInteger(Config config)
    : ElementFormat("quant.lsq_integer", config),
      config_(config),
      low_(config.is_signed ? -std::ldexp(1.0, config.width - 1) : 0),
      high_(std::ldexp(1.0, config.width - (config.is_signed ? 1 : 0)) - 1) {}

// The scale of this call, as the tensor's type holds it.
LsqInteger LsqInteger::with_scale(const at::Tensor& x, const QuantizeContext& context) const {
  LsqInteger same(*this);
  double scale = config_.scale;
  if (!context.parameters.empty()) scale = context.parameters.front().to(at::kDouble).item<double>();
  scale = std::max(scale, kLeastScale);
  const bool single = x.defined() && x.scalar_type() == at::kFloat;
  same.config_.scale = single ? static_cast<double>(static_cast<float>(scale)) : scale;
  return same;
}

template <class T>
bool LsqInteger::fill_any(const T* x, T* y, const Part& part) const {
  const LsqFunctor<T> functor{static_cast<T>(low_), static_cast<T>(high_), static_cast<T>(config_.scale)};
  return run(functor, x, y, part);
}

at::Tensor LsqInteger::quantize(const at::Tensor& x, const QuantizeContext& context) const {
  return with_scale(x, context).ElementFormat::quantize(x, context);
}

// From the virtual call inside ElementFormat::encode, quantize would take the scale once more: the same one.
Codes LsqInteger::encode(const at::Tensor& x, const QuantizeContext& context) const {
  const LsqInteger now = with_scale(x, context);
  Codes codes = now.ElementFormat::encode(x, context);
  codes.scale = empty_tensor({}, at::kDouble);
  *codes.scale.mutable_data_ptr<double>() = now.config_.scale;
  return codes;
}

at::Tensor LsqInteger::decode(const Codes& codes) const {
  LsqInteger same(*this);
  same.config_.scale = codes.scale.item<double>();
  return same.ElementFormat::decode(codes);
}

std::optional<int64_t> LsqInteger::code(double value) const {
  const double code = std::nearbyint(value / config_.scale);
  return code >= low_ && code <= high_ ? std::optional(static_cast<int64_t>(code)) : std::nullopt;
}

std::vector<FormatParameter> LsqInteger::parameters(const Shape&) const {
  at::Tensor scale = empty_tensor({}, at::kFloat);
  *scale.mutable_data_ptr<float>() = static_cast<float>(config_.scale);
  return {{"scale", scale}};
}

Tensors LsqInteger::backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const {
  const LsqInteger now = with_scale(x, context);
  Tensors gradients = now.ElementFormat::backward(gradient, x, context);
  if (context.parameters.empty() || before_epoch(config_, context)) return gradients;
  const at::Tensor g = gradient.contiguous(), values = x.contiguous();
  const double scale = now.config_.scale;
  double sum =
      g.scalar_type() == at::kFloat
          ? scale_gradient(g.const_data_ptr<float>(), values.const_data_ptr<float>(), g.numel(),
                           static_cast<float>(low_), static_cast<float>(high_), static_cast<float>(scale))
          : scale_gradient(g.const_data_ptr<double>(), values.const_data_ptr<double>(), g.numel(), low_, high_, scale);
  sum /= std::sqrt(std::max(1.0, static_cast<double>(g.numel()) * high_));  // the paper's gradient scale
  at::Tensor out = empty_tensor(context.parameters.front().sizes(), at::kDouble);
  *out.mutable_data_ptr<double>() = sum;
  gradients[1] = out.to(context.parameters.front().scalar_type());
  return gradients;
}

Value LsqInteger::calibrate(const CalibrationData& data) const {
  const std::vector<float> magnitudes = finite_magnitudes(data.samples);
  const double bound = magnitudes.empty() ? 0 : *std::max_element(magnitudes.begin(), magnitudes.end());
  if (bound == 0) return {};
  constexpr int kSteps = 128;
  const auto scale_of = [&](int grid) { return std::clamp(bound / high_ * (kSteps - grid) / kSteps, 1e-15, 1e15); };
  GridChoice grids;
  grids.count = kSteps, grids.tried = kSteps;
  grids.limit = [&](int grid) { return scale_of(grid) * high_ * (1 + 0x1p-40); };
  grids.quantize = [&](int grid, const at::Tensor& x) {
    Config config = config_;
    config.scale = scale_of(grid);
    return LsqInteger(config).quantize(x, {});
  };
  const int chosen = choose_grid(data, grids, name());
  return chosen < 0 ? Value() : Map{{"scale", scale_of(chosen)}};
}

}  // namespace mase::quant
