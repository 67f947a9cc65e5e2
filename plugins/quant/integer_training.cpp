// quant.integer while training and calibrating: its gradient, and a point chosen from what a tensor holds.
#include <mase/text.h>

#include <algorithm>
#include <cmath>

#include "integer.h"

namespace mase::quant {
namespace {

std::vector<float> finite_magnitudes(const at::Tensor& samples) {
  const at::Tensor dense = samples.contiguous();
  std::vector<float> magnitudes;
  magnitudes.reserve(static_cast<size_t>(dense.numel()));
  const float* in = dense.const_data_ptr<float>();
  for (int64_t i = 0; i < dense.numel(); ++i)
    if (std::isfinite(in[i])) magnitudes.push_back(std::fabs(in[i]));
  return magnitudes;
}

double percentile(std::vector<float>& values, double percent) {
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = values.begin() + static_cast<int64_t>(std::clamp(std::ceil(percent / 100 * last), 0.0, last));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

// The finest point at which `bound` does not saturate.
int finest_point(double bound, double high_code) {
  int frac_width = 64;
  while (frac_width > -64 && std::nearbyint(std::ldexp(bound, frac_width)) > high_code) --frac_width;
  return frac_width;
}

}  // namespace

Value Integer::calibrate(const CalibrationData& data) const {
  std::vector<float> magnitudes = finite_magnitudes(data.samples);
  const bool by_error = data.method == "mse";
  if (!by_error && data.method != "min_max" && data.method != "percentile")
    throw Error(format("quant.integer calibrates by min_max, percentile or mse, not by '{}'", data.method));
  if (magnitudes.empty()) return {};
  const double bound =
      data.method == "percentile" ? percentile(magnitudes, data.percentile) : percentile(magnitudes, 100);
  if (bound == 0) return {};
  const int coarsest = finest_point(bound, grid64_.high);
  if (!by_error) return Map{{"frac_width", coarsest}};

  // From the point that saturates nothing, every finer one that still resolves more than it cuts off.
  int best = coarsest;
  double least = INFINITY;
  for (int frac_width = coarsest; frac_width <= std::min(64, coarsest + config_.width); ++frac_width) {
    Config config = config_;
    config.frac_width = frac_width, config.nan = NanPolicy::propagate;
    const at::Tensor dense = data.samples.contiguous(), rounded = Integer(config).quantize(dense, {});
    const float *x = dense.const_data_ptr<float>(), *y = rounded.const_data_ptr<float>();
    double error = 0;
    for (int64_t i = 0; i < dense.numel(); ++i)
      if (std::isfinite(x[i])) error += (double(x[i]) - y[i]) * (double(x[i]) - y[i]);
    if (error < least) least = error, best = frac_width;
  }
  return Map{{"frac_width", best}};
}

}  // namespace mase::quant
