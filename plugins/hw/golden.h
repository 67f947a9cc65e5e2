// What the design must say: words of every watched stream and output from the integer model.
#pragma once
#include <map>
#include <string>

#include "design.h"
#include "mase/context.h"
#include "mase/dataset.h"

namespace mase::hw {

struct Golden {
  std::vector<std::vector<int64_t>> inputs, outputs, streams;  // words per port or probe
  std::vector<at::Tensor> output_codes;                        // [samples, ...] per output
  at::Tensor targets;                                          // of the split, may be undefined
  int64_t samples = 0;
  int64_t double_mismatches = 0;  // decoded words against the network run in double
};

// Runs the graph on codes and in double over the samples of the split.
Golden make_golden(const Design& design, Graph& graph, Context& context, const std::string& split, int64_t samples);

}  // namespace mase::hw
