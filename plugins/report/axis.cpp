// Ticks at 1, 2, 2.5 and 5 times powers of ten; logarithmic axes at powers of ten, or 1, 2, 5 where those are
// few.
#include "axis.h"

#include <mase/text.h>

#include <algorithm>
#include <cmath>

namespace mase::report {
namespace {

double nice_step(double span, int count) {
  const double rough = span / count, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0})
    if (factor * power >= rough * 0.999) return factor * power;
  return 10 * power;
}

// As many decimals as the step needs, and no more.
std::string tick_label(double value, double step) {
  if (std::fabs(value) >= 1e6 || (value != 0 && std::fabs(value) < 1e-4)) return format("{:.3g}", value);
  int decimals = 0;
  while (decimals < 8 && std::fabs(std::round(step * std::pow(10, decimals)) - step * std::pow(10, decimals)) > 1e-6)
    ++decimals;
  return format("{:.{}f}", value == 0 ? 0.0 : value, decimals);
}

void linear_ticks(Axis& axis, int count, bool snap) {
  const double step = nice_step(axis.high - axis.low, count);
  if (snap) axis.low = std::floor(axis.low / step + 1e-9) * step, axis.high = std::ceil(axis.high / step - 1e-9) * step;
  for (double k = std::ceil(axis.low / step - 1e-9); k * step <= axis.high + step * 1e-9; ++k) {
    axis.ticks.push_back(k * step);
    axis.labels.push_back(tick_label(k * step, step));
  }
}

void log_ticks(Axis& axis, int count) {
  const double decades = std::log10(axis.high / axis.low);
  const int every = std::max(1, static_cast<int>(std::ceil(decades / 8)));
  for (int e = static_cast<int>(std::floor(std::log10(axis.low))); e <= std::log10(axis.high) + 1; ++e)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10, e);
      if (tick < axis.low * 0.9999 || tick > axis.high * 1.0001) continue;
      if (decades > 2.5 && (factor != 1 || e % every != 0)) continue;
      axis.ticks.push_back(tick);
      axis.labels.push_back(format("{:.3g}", tick));
    }
  if (axis.ticks.size() >= 3) return;
  axis.ticks.clear(),
      axis.labels.clear();  // a narrow range: round numbers, however far apart they come to stand
  linear_ticks(axis, count, false);
}

}  // namespace

double Axis::at(double value) const {
  const double share = log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return from + share * (to - from);
}

void use_ticks(Axis& axis, const std::vector<double>& values, double (*width)(std::string_view)) {
  std::vector<std::string> labels;
  double end = -1e9;  // of the label before
  for (const double v : values) {
    labels.push_back(format("{:.6g}", v));
    const double half = width(labels.back()) / 2, middle = std::fabs(axis.at(v) - axis.from);
    if (middle - half < end + 8) return;
    end = middle + half;
  }
  axis.ticks = values, axis.labels = std::move(labels);
}

Axis make_axis(double low, double high, double from, double to, bool log, int count, bool snap) {
  Axis axis{low, high, from, to, log, {}, {}};
  if (log) {
    if (high / low < 1.0001) axis.low = low / 2, axis.high = high * 2;
    log_ticks(axis, count);
    return axis;
  }
  if (const double least = 1e-9 * std::max(std::fabs(low), std::fabs(high)); high - low <= least) {
    const double room = low == 0 ? 1 : std::fabs(low) * 0.05;
    axis.low -= room, axis.high += room;
  }
  linear_ticks(axis, count, snap);
  return axis;
}

Axis make_axis(const std::vector<std::string>& names, double from, double to) {
  Axis axis{-0.5, static_cast<double>(names.size()) - 0.5, from, to, false, {}, names};
  for (size_t i = 0; i < names.size(); ++i) axis.ticks.push_back(static_cast<double>(i));
  return axis;
}

}  // namespace mase::report
