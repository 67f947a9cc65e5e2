// Integer model of fixed_stream_cast.
#include "bench.h"

std::vector<bench::Beats> bench::model(const Case& c, const std::vector<Beats>& in) {
  Beats out;
  for (const Beat& beat : in[0]) {
    Beat result;
    for (Code code : beat)
      result.push_back(cast(value_of(code, c["DATA_IN_0_PRECISION_0"], c["DATA_IN_0_SIGNED"]),
                            c["DATA_IN_0_PRECISION_1"], c["DATA_OUT_0_PRECISION_0"], c["DATA_OUT_0_PRECISION_1"],
                            c["DATA_OUT_0_SIGNED"], c["ROUNDING"], c["OVERFLOW"]));
    out.push_back(result);
  }
  return {out};
}
