// Model of a join: the elements of one beat from each input make one output beat.
#pragma once

#include "bench.h"

inline std::vector<bench::Beats> bench::model(const Case& c, const std::vector<Beats>& in) {
  Beats out(in[0].size());
  for (const Beats& stream : in)
    for (std::size_t i = 0; i < stream.size(); ++i) out[i].insert(out[i].end(), stream[i].begin(), stream[i].end());
  return {out};
}
