// One axis: from values to pixels, with ticks at round numbers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mase::report {

struct Axis {
  double low = 0, high = 1;  // values at the two ends
  double from = 0, to = 1;   // pixels there
  bool log = false;
  std::vector<double> ticks;
  std::vector<std::string> labels;

  double at(double value) const;
};

// An axis that shows all of [low, high]. `count` is about how many ticks are wanted; `snap` lets the ends lie
// on ticks.
Axis make_axis(double low, double high, double from, double to, bool log, int count, bool snap);

// Ticks at exactly these rising values, if their labels find room side by side; `width` measures a label in
// pixels.
void use_ticks(Axis& axis, const std::vector<double>& values, double (*width)(std::string_view));

// Named places 0 .. n-1, each in the middle of its share.
Axis make_axis(const std::vector<std::string>& names, double from, double to);

}  // namespace mase::report
