// quant.nvfp4: its fields and the scale of the tensor.
#include "nvfp4.h"

#include "calibration_search.h"

namespace mase::quant {
namespace {

constexpr double kGreatest = 6 * 448;  // of what is left to elements and block scales

}  // namespace

void Nvfp4::Config::schema(Schema<Config>& s) {
  s.field("tensor_scale", &Config::tensor_scale,
          "scale of the tensor; null: its largest magnitude / 2688, each time anew")
      .range(1e-38, 1e38);
  block_fields(s);
  common_fields(s);
}

template <class T>
T Nvfp4::scale_of(const at::Tensor& x) const {
  if (config_.tensor_scale) return static_cast<T>(static_cast<float>(*config_.tensor_scale));
  const T* values = x.const_data_ptr<T>();
  T greatest = greatest_magnitude(values, x.numel());
  if (!std::isfinite(greatest)) {  // a NaN says nothing about the scale, should the tensor be taken at all
    greatest = 0;
    for (int64_t i = 0; i < x.numel(); ++i)
      greatest = std::fabs(values[i]) > greatest ? std::fabs(values[i]) : greatest;
  }
  constexpr double kMost = std::numeric_limits<float>::max();  // an infinity counts as that
  const auto scale = static_cast<float>(std::min(static_cast<double>(greatest), kMost) / kGreatest);
  return static_cast<T>(std::max(scale, std::numeric_limits<float>::min()));
}

template float Nvfp4::scale_of(const at::Tensor&) const;
template double Nvfp4::scale_of(const at::Tensor&) const;

Value Nvfp4::calibrate(const CalibrationData& data) const {
  const std::vector<float> magnitudes = finite_magnitudes(data.samples);
  const double most = magnitudes.empty() ? 0 : *std::max_element(magnitudes.begin(), magnitudes.end());
  const auto limit = [&](int grid) { return most * std::exp2(-grid / 8.0); };
  const auto fields = [&](int grid) { return Map{{"tensor_scale", std::clamp(limit(grid) / kGreatest, 1e-38, 1e38)}}; };
  const auto quantize = [&](int grid, const at::Tensor& x) {
    Config config = config_;
    config.tensor_scale = fields(grid).at("tensor_scale").as_double(), config.rounding = Rounding::nearest_even;
    return Nvfp4(config).quantize(x, {});
  };
  const int best = choose_grid(data, {80, limit, quantize, 24}, name());
  return best < 0 ? Value() : Value(fields(best));
}

}  // namespace mase::quant
