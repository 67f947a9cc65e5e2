// Learning rate schedules, per step.
#include "schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace train {

namespace {

double cosine(double from, double to, double progress) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * progress)) / 2;
}

// PyTorch's OneCycleLR with its defaults: up from a 25th over 30 % of the steps, then down to a 10,000th of
// that.
double one_cycle(double peak, int64_t step, int64_t total) {
  const double first = peak / 25, last = first / 1e4;
  const double up = 0.3 * static_cast<double>(total) - 1, end = static_cast<double>(total) - 1;
  const double at = static_cast<double>(step);
  if (up > 0 && at <= up) return cosine(first, peak, at / up);
  return end > up ? cosine(peak, last, (at - up) / (end - up)) : last;
}

}  // namespace

double learning_rate(const Config& config, int64_t step, int64_t total, int64_t steps_per_epoch) {
  const double peak = config.learning_rate, low = config.minimum_learning_rate;
  if (step < config.warmup_steps)
    return peak * static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  const int64_t at = step - config.warmup_steps, span = std::max<int64_t>(total - config.warmup_steps, 1);
  const double progress = static_cast<double>(at) / static_cast<double>(span);
  switch (config.schedule) {
    case Schedule::constant:
      return peak;
    case Schedule::step:
      return peak * std::pow(config.gamma,
                             static_cast<double>(at / (config.step_epochs * std::max<int64_t>(steps_per_epoch, 1))));
    case Schedule::cosine:
      return cosine(peak, low, progress);
    case Schedule::linear:
      return peak + (low - peak) * progress;
    case Schedule::one_cycle:
      return one_cycle(peak, at, span);
  }
  return peak;
}

}  // namespace train
