// Model of convert_parallelism: the same elements in order, cut anew.
#include "bench.h"

std::vector<bench::Beats> bench::model(const Case& c, const std::vector<Beats>& in) {
  Beats out;
  for (const Beat& beat : in[0])
    for (Code code : beat) {
      if (out.empty() || static_cast<int>(out.back().size()) == c["DATA_OUT_PARALLELISM"]) out.emplace_back();
      out.back().push_back(code);
    }
  return {out};
}
