// ThreadScope: one thread for small work, whatever the machine has.
#include <ATen/Parallel.h>

#include <algorithm>

#include "mase/execute.h"
#include "mase/op.h"

namespace mase {
namespace {

// Operations of one forward run below which a second thread does not pay. A run of this size takes some milliseconds;
// a small layer shared between threads can wait longer than that for one of them, if the machine is busy.
constexpr double kWorthSharing = 5e7;

std::vector<Shape> shapes(const TensorMetas& metas, size_t count) {
  std::vector<Shape> out;
  for (size_t i = 0; i < std::min(count, metas.size()); ++i) out.push_back(metas[i].shape);
  return out;
}

double work_per_sample(const Graph& graph, Components& components) {
  double work = 0;
  for (const Node* node : graph.nodes()) {
    const TensorMetas& results = node->meta.common.results;
    if (!node->op || results.empty()) continue;
    const OpCost cost = components.shared<Op>(node->op)->cost(shapes(node->meta.common.args, node->args.size()),
                                                              shapes(results, results.size()));
    work += cost.macs + cost.operations;
  }
  return work;
}

}  // namespace

ThreadScope::ThreadScope(const Graph& graph, Components& components, int64_t samples) {
  const int threads = at::get_num_threads();
  if (threads == 1 || work_per_sample(graph, components) * static_cast<double>(samples) > kWorthSharing) return;
  before_ = threads;
  at::set_num_threads(1);
}

ThreadScope::~ThreadScope() {
  if (before_) at::set_num_threads(before_);
}

}  // namespace mase
