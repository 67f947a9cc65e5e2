// Model of a module that passes its beats on unchanged.
#pragma once

#include "bench.h"

inline std::vector<bench::Beats> bench::model(const Case& c, const std::vector<Beats>& in) {
  return std::vector<Beats>(c.out.size(), in[0]);
}
