// Running a graph on some batches of a split.
#include "batches.h"

#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>
#include <mase/execute.h>
#include <mase/text.h>

#include <algorithm>

namespace mase::quant {

Graph float_copy(const Graph& graph) {
  Graph copy = graph.clone();
  for (Node* node : copy.nodes()) {
    for (TensorMeta& argument : node->meta.common.args) argument.format = {};
    for (TensorMeta& result : node->meta.common.results) result.format = {};
  }
  return copy;
}

void observe(Graph& graph, const Batches& batches, Context& context,
             const std::function<void(const Node&, const Tensors&)>& each) {
  const Split& split = context.dataset(batches.split);
  if (split.size() == 0) throw Error(format("the {} split is empty", split.name()));
  const int64_t available = (split.size() + batches.batch_size - 1) / batches.batch_size;
  if (batches.batches > available)
    throw Error(format("{} batches of {} samples asked of the {} split, which has {} samples", batches.batches,
                       batches.batch_size, split.name(), split.size()),
                {}, format("at most {} batches, or batches: 0 for all", available));
  const int64_t count = batches.batches > 0 ? batches.batches : available;
  const c10::AutoGradMode none(false);
  const ThreadScope threads(graph, context.components(), batches.batch_size);
  Executor executor(graph, context.components());
  executor.observe(each);
  for (int64_t i = 0; i < count; ++i) {
    if (context.cancelled()) throw Cancelled();
    const int64_t first = i * batches.batch_size;
    executor.run(split.batch(first, std::min(batches.batch_size, split.size() - first)).inputs);
  }
}

std::map<Place, at::Tensor> values_of(Graph& graph, const std::vector<Place>& places, const Batches& batches,
                                      Context& context) {
  std::map<Place, Tensors> seen;
  for (const Place& place : places) seen[place];
  observe(graph, batches, context, [&](const Node& node, const Tensors& results) {
    for (size_t r = 0; r < results.size(); ++r)
      if (const auto it = seen.find({node.index(), r}); it != seen.end()) it->second.push_back(results[r]);
  });
  std::map<Place, at::Tensor> values;
  for (auto& [place, parts] : seen) {
    if (parts.empty()) continue;
    const at::Tensor whole = parts[0].dim() == 0 ? parts[0] : at::cat(parts);
    values[place] = whole.scalar_type() == at::kFloat ? whole : whole.to(at::kFloat);
    parts.clear();
  }
  return values;
}

}  // namespace mase::quant
