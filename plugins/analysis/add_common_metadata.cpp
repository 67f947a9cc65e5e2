// analysis.add_common_metadata: runs a sample through the graph and records what flows. Values are not kept.
#include "add_common_metadata.h"

#include <ATen/ops/zeros.h>
#include <c10/core/ScalarType.h>
#include <mase/dataset.h>
#include <mase/execute.h>
#include <mase/text.h>

#include <algorithm>

namespace mase::analysis {
namespace {

// The placeholders' own shapes and types say enough where there are no data.
Tensors zeros_for(const Graph& graph) {
  Tensors sample;
  for (const Node* input : graph.inputs()) {
    if (input->meta.common.results.empty())
      throw Error(format("the shape of the input '{}' is unknown", input->name), {}, "give the recipe a data: section");
    const TensorMeta& meta = input->meta.common.results.front();
    const auto& types = c10::getStringToDtypeMap();
    const auto type = types.find(meta.torch_dtype);
    sample.push_back(at::zeros(meta.shape, type == types.end() ? at::kFloat : type->second));
  }
  return sample;
}

// The first samples of the training split: one, or as many as the model runs with.
Tensors first_samples(const Graph& graph, Context& context) {
  const Split& split = context.dataset("train");
  const int64_t count = std::max<int64_t>(graph.batch_size(), 1);
  if (split.size() >= count) return split.batch(0, count).inputs;
  throw Error(format("the model runs only with batches of {}, the split 'train' has {} samples", count, split.size()),
              {}, "give the data more training samples");
}

}  // namespace

void AddCommonMetadata::run(Graph& graph, Context& context) {
  const Tensors sample = context.has_dataset() ? first_samples(graph, context) : zeros_for(graph);
  infer_shapes(graph, context.components(), sample);
  derive(graph, context.components());
  int64_t args = 0, results = 0;
  for (const Node* node : graph.nodes()) {
    args += static_cast<int64_t>(node->meta.common.args.size());
    results += static_cast<int64_t>(node->meta.common.results.size());
  }
  context.report("nodes", static_cast<int64_t>(graph.nodes().size()));
  context.report("args", args);
  context.report("results", results);
  context.info("{} nodes with {} arguments and {} results", graph.nodes().size(), args, results);
}

}  // namespace mase::analysis
