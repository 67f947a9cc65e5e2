// A bias for floating-point elements, and what they refuse.
#include "float_format.h"

#include <cmath>

#include "calibration_search.h"

namespace mase::quant {

void check_float_overflow(FloatOverflow overflow, bool has_special, const Value& v) {
  if (overflow == FloatOverflow::to_infinity && !has_special)
    throw Error("'overflow' is to_infinity, but all codes of this format are finite numbers", v.loc,
                "use saturate or saturate_to_zero");
}

Value choose_bias(const CalibrationData& data, double max, std::string_view format,
                  const std::function<at::Tensor(int, const at::Tensor&)>& quantize) {
  GridChoice grids;
  grids.count = kGreatestBias - kLeastBias + 1, grids.tried = 8;
  grids.limit = [&](int grid) { return std::ldexp(max, -(kLeastBias + grid)); };
  grids.quantize = [&](int grid, const at::Tensor& x) { return quantize(kLeastBias + grid, x); };
  const int chosen = choose_grid(data, grids, format);
  return chosen < 0 ? Value() : Map{{"exponent_bias", kLeastBias + chosen}};
}

}  // namespace mase::quant
