// Which parameters of a graph count, shared by the costs of this plugin.
#pragma once
#include <mase/context.h>
#include <mase/graph.h>

#include <functional>

namespace mase::cost {

enum class Count { trainable, weights };  // weights: trainable ones that do not lie on the accumulator's grid (biases)

// Calls `visit` for each such parameter of the selected nodes, a tensor that several nodes share once.
void for_each_parameter(Context& context, Count count, const std::function<void(const Node&, const Parameter&)>& visit);

}  // namespace mase::cost
