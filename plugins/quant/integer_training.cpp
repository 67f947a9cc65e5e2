// quant.integer calibrating: a point chosen from what a tensor holds.
#include <cmath>

#include "calibration_search.h"
#include "integer.h"

namespace mase::quant {

Value Integer::calibrate(const CalibrationData& data) const {
  constexpr int kFirst = -64, kLast = 64;
  GridChoice grids;
  grids.count = kLast - kFirst + 1, grids.tried = config_.width;
  // What rounds to the greatest code is not cut off.
  grids.limit = [&](int grid) { return std::ldexp(grid64_.high + 0.5, -(kFirst + grid)) * (1 - 0x1p-50); };
  grids.quantize = [&](int grid, const at::Tensor& x) {
    Config config = config_;
    config.frac_width = kFirst + grid;
    return Integer(config).quantize(x, {});
  };
  const int chosen = choose_grid(data, grids, name());
  return chosen < 0 ? Value() : Map{{"frac_width", kFirst + chosen}};
}

}  // namespace mase::quant
