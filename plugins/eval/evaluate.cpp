// Running a graph over a split.
#include "evaluate.h"

#include <c10/core/GradMode.h>

#include <algorithm>

namespace eval {

int64_t evaluate(mase::Graph& graph, mase::Context& context, const Evaluation& evaluation,
                 const std::function<void(const at::Tensor&, const at::Tensor&)>& each) {
  const mase::Split& split = context.dataset(evaluation.split);
  if (split.size() == 0) throw mase::Error(mase::format("the {} split is empty", split.name()));
  if (evaluation.samples > split.size())
    throw mase::Error(
        mase::format("{} samples asked of the {} split, which has {}", evaluation.samples, split.name(), split.size()));
  const int64_t total = evaluation.samples > 0 ? evaluation.samples : split.size();
  const c10::AutoGradMode none(false);
  const mase::ThreadScope threads(graph, context.components(), std::min(evaluation.batch_size, total));
  mase::ExecuteOptions options;
  options.arithmetic = evaluation.arithmetic;
  mase::Executor executor(graph, context.components(), options);
  for (int64_t first = 0; first < total; first += evaluation.batch_size) {
    if (context.cancelled()) throw mase::Cancelled();
    const mase::Batch batch = split.batch(first, std::min(evaluation.batch_size, total - first));
    const mase::Tensors outputs = executor.run(batch.inputs);
    if (outputs.empty() || batch.targets.empty()) throw mase::Error("evaluation needs an output and a target");
    each(outputs[0], batch.targets[0]);
  }
  return total;
}

}  // namespace eval
