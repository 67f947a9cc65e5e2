// pick.knee: repeats at one x count with the mean of their y; a derivative of exactly zero says nothing and is left
// out.
#include "knee.h"

#include <cmath>
#include <limits>
#include <map>

#include "mase/text.h"
#include "rows.h"

namespace {

struct Place {
  size_t row = 0;  // the first one at this x
  double sum = 0;
  int count = 0;
  double y() const { return sum / count; }
};

}  // namespace

size_t Knee::choose(const std::vector<mase::Row>& rows, mase::Context&) {
  std::map<double, Place> places;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto x = number_of(rows[i], config_.x, "pick.knee"), y = number_of(rows[i], config_.y, "pick.knee");
    if (!x || !y) continue;
    Place& place = places[*x];
    if (place.count == 0) place.row = i;
    place.sum += *y, ++place.count;
  }
  if (places.empty()) throw mase::Error("pick.knee: no row has a finite '" + config_.x + "' and '" + config_.y + "'");

  size_t chosen = places.begin()->second.row;  // where y never changes the least x is as good as any
  double least = std::numeric_limits<double>::infinity();
  for (auto before = places.begin(), here = std::next(before); here != places.end(); ++before, ++here) {
    const double slope = (here->second.y() - before->second.y()) / (here->first - before->first);
    const double weighted = std::abs(slope) * std::pow(std::abs(here->first), config_.weight);
    if (slope != 0 && weighted < least) least = weighted, chosen = here->second.row;
  }
  return chosen;
}
