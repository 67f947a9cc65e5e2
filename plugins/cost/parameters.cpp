// cost.parameters: elements of all trainable tensors, tied ones counted once, buffers left out.
#include "parameters.h"

#include <mase/tensor.h>

#include "weights.h"

namespace mase::cost {

std::vector<MetricInfo> Parameters::metrics() const {
  return {{"parameters", "1", MetricInfo::Direction::minimize, false, "trainable numbers; shared tensors count once"}};
}

Map Parameters::run(Graph& graph, Context& context) {
  int64_t total = 0;
  for_each_parameter(context, Count::trainable,
                     [&](const Node&, const Parameter& parameter) { total += graph.tensor(parameter.key).numel(); });
  return {{"parameters", total}};
}

}  // namespace mase::cost
