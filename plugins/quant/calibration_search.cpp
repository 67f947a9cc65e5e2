// The four methods of calibration, for any format that has a list of grids.
#include "calibration_search.h"

#include <ATen/ops/from_blob.h>
#include <mase/text.h>

#include <algorithm>
#include <cmath>

namespace mase::quant {
namespace {

constexpr int kBins = 2048;  // of the histogram, as TensorRT's

double percentile(std::vector<float> values, double percent) {
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = values.begin() + static_cast<int64_t>(std::clamp(std::ceil(percent / 100 * last), 0.0, last));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

std::vector<float> quantized(const GridChoice& grids, int grid, std::vector<float>& x) {
  const at::Tensor in = at::from_blob(x.data(), {static_cast<int64_t>(x.size())}, at::kFloat);
  const at::Tensor out = grids.quantize(grid, in).contiguous();
  const float* y = out.const_data_ptr<float>();
  return {y, y + out.numel()};
}

std::vector<float> finite_values(const at::Tensor& samples) {
  const at::Tensor dense = samples.to(at::kFloat).contiguous();
  const float* in = dense.const_data_ptr<float>();
  std::vector<float> values;
  values.reserve(static_cast<size_t>(dense.numel()));
  std::copy_if(in, in + dense.numel(), std::back_inserter(values), [](float v) { return std::isfinite(v); });
  return values;
}

double squared_error(const GridChoice& grids, int grid, std::vector<float>& x) {
  const std::vector<float> y = quantized(grids, grid, x);
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += (double(x[i]) - y[i]) * (double(x[i]) - y[i]);
  return sum;
}

// Kullback-Leibler divergence of the histogram of magnitudes below the limit, what lies beyond counted in its last
// bin, from the same histogram after quantization: bins that become one value share their mass.
double divergence(const GridChoice& grids, int grid, const std::vector<double>& histogram, double bin) {
  const double limit = grids.limit(grid);
  const auto kept = static_cast<size_t>(std::clamp(std::floor(limit / bin), 1.0, double(histogram.size())));
  std::vector<float> centres(kept);
  for (size_t i = 0; i < kept; ++i) centres[i] = static_cast<float>((double(i) + 0.5) * bin);
  const std::vector<float> values = quantized(grids, grid, centres);
  std::vector<double> wanted(histogram.begin(), histogram.begin() + static_cast<int64_t>(kept)), got(kept, 0.0);
  for (size_t first = 0, end; first < kept; first = end) {
    double mass = 0, filled = 0;
    for (end = first; end < kept && values[end] == values[first]; ++end)
      mass += histogram[end], filled += histogram[end] > 0;
    for (size_t i = first; i < end; ++i) got[i] = histogram[i] > 0 ? mass / filled : 0;
  }
  for (size_t i = kept; i < histogram.size(); ++i) wanted.back() += histogram[i];
  double total_wanted = 0, total_got = 0, sum = 0;
  for (size_t i = 0; i < kept; ++i) total_wanted += wanted[i], total_got += got[i];
  constexpr double kAbsent = 1e-4;  // stands for a mass of none, so that the logarithm exists
  for (size_t i = 0; i < kept; ++i)
    if (wanted[i] > 0) {
      const double p = wanted[i] / total_wanted, q = got[i] > 0 ? got[i] / total_got : kAbsent / total_wanted;
      sum += p * std::log(p / q);
    }
  return sum;
}

// The finest grid whose limit is not below `bound`; the widest if all are.
int finest_within(const GridChoice& grids, double bound) {
  int grid = grids.count - 1;
  while (grid > 0 && grids.limit(grid) < bound) --grid;
  return grid;
}

}  // namespace

std::vector<CalibrationData> channels_of(const CalibrationData& data, const BlockGeometry& blocks) {
  const Shape& shape = blocks.shape;
  size_t axis = 0;
  while (axis < shape.size() && blocks.block[axis] == shape[axis]) ++axis;  // the axis of several channels
  if (data.channel_axis < 0 || axis == shape.size()) return {data};
  std::vector<CalibrationData> channels(static_cast<size_t>(shape[axis]), data);
  for (size_t c = 0; c < channels.size(); ++c)
    channels[c].samples = data.samples.select(static_cast<int64_t>(axis), static_cast<int64_t>(c));
  return channels;
}

std::vector<float> finite_magnitudes(const at::Tensor& samples) {
  std::vector<float> values = finite_values(samples);
  for (float& v : values) v = std::fabs(v);
  return values;
}

int choose_grid(const CalibrationData& data, const GridChoice& grids, std::string_view name) {
  const std::string& method = data.method;
  const bool searches = method == "mse" || method == "entropy";
  if (!searches && method != "min_max" && method != "percentile")
    throw Error(format("{} calibrates by min_max, percentile, mse or entropy, not by '{}'", name, method));
  const std::vector<float> magnitudes = finite_magnitudes(data.samples);
  const double greatest = magnitudes.empty() ? 0 : *std::max_element(magnitudes.begin(), magnitudes.end());
  if (greatest == 0) return -1;
  if (method == "percentile") {
    const double bound = percentile(magnitudes, data.percentile);
    return finest_within(grids, bound > 0 ? bound : greatest);
  }
  const int widest = finest_within(grids, greatest);
  if (!searches) return widest;

  std::vector<float> values = finite_values(data.samples);
  const double bin = greatest / kBins;
  std::vector<double> histogram(kBins, 0.0);
  for (const float m : magnitudes) ++histogram[std::min<size_t>(kBins - 1, static_cast<size_t>(m / bin))];
  int best = widest;
  double least = INFINITY;
  for (int grid = widest; grid < std::min(grids.count, widest + grids.tried + 1); ++grid) {
    const double cost = method == "mse" ? squared_error(grids, grid, values) : divergence(grids, grid, histogram, bin);
    if (cost < least) least = cost, best = grid;
  }
  return best;
}

}  // namespace mase::quant
