// Integer model of fixed_leaky_relu_shift: each branch is cast from its own grid.
#include "bench.h"

std::vector<bench::Beats> bench::model(const Case& c, const std::vector<Beats>& in) {
  Beats out;
  for (const Beat& beat : in[0]) {
    Beat result;
    for (Code code : beat) {
      Wide x = value_of(code, c["DATA_IN_0_PRECISION_0"], c["DATA_IN_0_SIGNED"]);
      int frac = c["DATA_IN_0_PRECISION_1"];
      if (x < 0) frac += c["NEGATIVE_SLOPE_SHIFT"];
      result.push_back(cast(x, frac, c["DATA_OUT_0_PRECISION_0"], c["DATA_OUT_0_PRECISION_1"], c["DATA_OUT_0_SIGNED"],
                            c["ROUNDING"], c["OVERFLOW"]));
    }
    out.push_back(result);
  }
  return {out};
}
