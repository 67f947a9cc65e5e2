// From rows of results to curves: grouping, running best, mean and spread over repeats.
#pragma once
#include "figure.h"
#include "results.h"

namespace mase::report {

enum class Running { none, max, min };

struct CurveOptions {
  std::string x;
  std::vector<std::string> y;
  std::string series;  // "": one curve per source and y
  Running running = Running::none;
  bool by_category = false;  // places on the x axis are names even if they look like numbers
};

struct Source {
  std::string name;
  Results table;
};

// Fills in curves and categories. Rows without a number in y (failed trials) are left out.
void add_curves(Figure& figure, const std::vector<Source>& sources, const CurveOptions& options);

}  // namespace mase::report
