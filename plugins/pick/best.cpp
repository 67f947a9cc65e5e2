// pick.best: of equal rows the first.
#include "best.h"

#include "rows.h"

size_t Best::choose(const std::vector<mase::Row>& rows, mase::Context&) {
  std::optional<size_t> best;
  double best_value = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto v = number_of(rows[i], config_.metric, "pick.best");
    if (!v) continue;
    const double value = config_.direction == Direction::maximize ? *v : -*v;
    if (!best || value > best_value) best = i, best_value = value;
  }
  if (!best) throw mase::Error("pick.best: no row has a finite '" + config_.metric + "'");
  return *best;
}
