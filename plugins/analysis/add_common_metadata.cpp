// analysis.add_common_metadata: runs a sample through the graph and records what flows. Values are not kept.
#include "add_common_metadata.h"

#include <ATen/ops/zeros.h>
#include <mase/dataset.h>
#include <mase/execute.h>
#include <mase/text.h>

namespace mase::analysis {
namespace {

// The placeholders' own shapes say enough where there are no data.
Tensors zeros_for(const Graph& graph) {
  Tensors sample;
  for (const Node* input : graph.inputs()) {
    if (input->meta.common.results.empty())
      throw Error(format("the shape of the input '{}' is unknown", input->name), {}, "give the recipe a data: section");
    sample.push_back(at::zeros(input->meta.common.results.front().shape));
  }
  return sample;
}

}  // namespace

void AddCommonMetadata::run(Graph& graph, Context& context) {
  const Value* batch = graph.meta.find("batch_size");  // of a model that runs with no other
  const int64_t samples = batch && batch->is_int() ? batch->as_int() : 1;
  const Tensors sample = context.has_dataset() ? context.dataset("train").batch(0, samples).inputs : zeros_for(graph);
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
