// Calibration by entropy, as introduced for 8-bit inference (Migacz, 2017): clipping is weighed against resolution by
// how much information about the distribution is lost.
#include <ATen/EmptyTensor.h>
#include <ATen/ops/clamp.h>
#include <mase/text.h>

#include <algorithm>
#include <cmath>

#include "calibrate.h"

namespace mase::quant {
namespace {

constexpr size_t kBins = 2048;
constexpr int kStepsPerOctave = 4;
constexpr int kOctaves = 8;  // clipping to less than 1/256 of the greatest magnitude is never worth it

struct Histogram {
  double top = 0;  // greatest magnitude
  std::vector<double> counts = std::vector<double>(kBins);
  double width() const { return top / static_cast<double>(kBins); }
  size_t bin(double magnitude) const {
    return std::min(kBins - 1, static_cast<size_t>(std::max(0.0, magnitude / width())));
  }
};

Histogram histogram(const at::Tensor& samples) {
  const at::Tensor dense = samples.contiguous();
  const float* x = dense.const_data_ptr<float>();
  Histogram h;
  for (int64_t i = 0; i < dense.numel(); ++i)
    if (std::isfinite(x[i])) h.top = std::max(h.top, std::abs(static_cast<double>(x[i])));
  if (h.top == 0) return h;
  for (int64_t i = 0; i < dense.numel(); ++i)
    if (std::isfinite(x[i])) ++h.counts[h.bin(std::abs(static_cast<double>(x[i])))];
  return h;
}

// What the format makes of the middle of each bin.
std::vector<float> levels(const Format& format, const Histogram& h) {
  at::Tensor centres = at::Tensor(at::detail::empty_cpu({static_cast<int64_t>(kBins)}, at::kFloat));
  float* x = centres.mutable_data_ptr<float>();
  for (size_t i = 0; i < kBins; ++i) x[i] = static_cast<float>((static_cast<double>(i) + 0.5) * h.width());
  const at::Tensor rounded = format.quantize(centres, {}).contiguous();
  const float* y = rounded.const_data_ptr<float>();
  return {y, y + kBins};
}

// The divergence between the distribution clipped at the format's greatest level and the one in which all bins of one
// level share what falls into them.
double divergence(const Histogram& h, const std::vector<float>& level) {
  size_t last = h.bin(*std::max_element(level.begin(), level.end()));
  while (last > 0 && h.counts[last] == 0) --last;
  std::vector<double> p(h.counts.begin(), h.counts.begin() + static_cast<int64_t>(last) + 1), q(p.size());
  double inside = 0;
  for (const double count : p) inside += count;
  for (size_t i = last + 1; i < kBins; ++i) p[last] += h.counts[i];
  for (size_t first = 0; first <= last;) {
    size_t end = first;
    double sum = 0, filled = 0;
    for (; end <= last && level[end] == level[first]; ++end) sum += h.counts[end], filled += h.counts[end] > 0;
    for (size_t i = first; i < end; ++i) q[i] = h.counts[i] > 0 ? sum / filled : 0;
    first = end;
  }
  double all = 0, sum = 0;
  for (const double count : p) all += count;
  if (inside == 0) return INFINITY;
  for (size_t i = 0; i <= last; ++i)
    if (p[i] > 0) sum += p[i] / all * std::log(p[i] / all / (q[i] / inside));  // q is positive wherever p is
  return sum;
}

}  // namespace

Value calibrate_by_entropy(const Chosen& chosen, const Format& format, CalibrationData data, Context& context) {
  if (data.channel_axis >= 0)
    throw Error("entropy looks at the distribution of a whole tensor, found per: channel", {},
                "set per: tensor, or another method");
  const Histogram h = histogram(data.samples);
  data.method = "min_max";
  if (h.top == 0) return format.calibrate(data);
  const at::Tensor samples = data.samples;
  Value best;
  double least = INFINITY;
  std::vector<Value> tried;
  for (int step = 0; step <= kOctaves * kStepsPerOctave; ++step) {
    const double limit = h.top * std::exp2(-static_cast<double>(step) / kStepsPerOctave);
    data.samples = at::clamp(samples, -limit, limit);
    const Value fields = format.calibrate(data);
    if (!fields.is_map()) return {};
    if (std::find(tried.begin(), tried.end(), fields) != tried.end()) continue;
    tried.push_back(fields);
    const double lost = divergence(h, levels(*context.components().shared<Format>(with_fields(chosen, fields)), h));
    if (lost < least) least = lost, best = fields;
  }
  return best;
}

}  // namespace mase::quant
