// quant.bias_correction: means per channel of the float and of the quantized graph, and their difference.
#include "bias_correction.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/div.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <mase/output.h>
#include <mase/text.h>

#include <algorithm>

namespace mase::quant {
namespace {

// Where the result of a layer has its channels: convolutions behind the batch, linear layers at the end.
int64_t channel_axis(const Node& node) {
  const at::Tensor& weight = node.graph().tensor(node.param("weight")->key);
  return weight.dim() > 2 ? 1 : -1;
}

// Running sum of one layer's results per channel, in double.
struct ChannelMean {
  at::Tensor sum;
  int64_t count = 0;

  void add(const at::Tensor& result, int64_t axis) {
    const at::Tensor last = result.to(at::kDouble).movedim(axis, -1);
    const at::Tensor rows = last.reshape({-1, last.size(-1)});
    const at::Tensor part = at::sum(rows, {0});
    sum = sum.defined() ? at::add(sum, part) : part;
    count += rows.size(0);
  }
  at::Tensor value() const { return at::div(sum, static_cast<double>(count)); }
};

// The means of these nodes' results, all from one run over the batches.
std::map<size_t, ChannelMean> means(Graph& graph, const std::vector<Node*>& nodes, const Batches& batches,
                                    Context& context) {
  std::map<size_t, ChannelMean> found;
  for (const Node* node : nodes) found[node->index()];
  observe(graph, batches, context, [&](const Node& node, const Tensors& results) {
    if (const auto it = found.find(node.index()); it != found.end()) it->second.add(results.at(0), channel_axis(node));
  });
  return found;
}

bool is_quantized(const Node& node) {
  const CommonMeta& common = node.meta.common;
  return std::any_of(common.args.begin(), common.args.end(), [](const TensorMeta& a) { return bool(a.format); });
}

}  // namespace

std::vector<Node*> BiasCorrection::layers(Context& context) const {
  std::vector<Node*> layers;
  std::vector<std::string> keys;
  for (Node* node : context.selected()) {
    const bool is_layer = node->param("weight") && node->meta.common.args.find("data_in_0") &&
                          node->graph().tensor(node->param("weight")->key).dim() >= 2;
    const Parameter* bias = node->param("bias");
    if (!is_layer || !bias) {
      if (context.has_selection())
        context.fail(*node, is_layer
                                ? mase::format("{} has no bias to correct: build it with bias: true", node->mase_op)
                                : mase::format("{} is no layer with a weight and a bias", node->mase_op));
      continue;
    }
    if (!is_quantized(*node)) continue;  // what errs there comes from before it
    if (std::find(keys.begin(), keys.end(), bias->key) != keys.end())
      context.fail(*node, mase::format("shares its bias '{}' with another layer, expected one of its own", bias->key));
    keys.push_back(bias->key);
    layers.push_back(node);
  }
  if (layers.empty())
    throw Error("no selected layer is quantized and has a bias", {}, "quant.quantize goes before bias correction");
  return layers;
}

void BiasCorrection::run(Graph& graph, Context& context) {
  const std::vector<Node*> nodes = layers(context);
  Graph exact = float_copy(graph);
  const std::map<size_t, ChannelMean> expected = means(exact, nodes, config_, context);
  std::string csv = csv_row({"node", "channels", "mean_error_before", "greatest_error_before"});
  double total = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    Node& node = *nodes[i];
    context.progress(static_cast<int64_t>(i), static_cast<int64_t>(nodes.size()));
    Graph quantized = graph.clone();  // with the corrections so far
    // The error is that of the sum: a result's own format rounds it afterwards.
    for (TensorMeta& result : quantized.nodes()[node.index()]->meta.common.results) result.format = {};
    const at::Tensor found = means(quantized, {&node}, config_, context).at(node.index()).value();
    const at::Tensor error = at::sub(found, expected.at(node.index()).value());
    const std::string& key = node.param("bias")->key;
    const at::Tensor bias = graph.tensor(key);
    graph.set_tensor(key, at::sub(bias.to(at::kDouble), error).to(bias.scalar_type()));
    const at::Tensor magnitude = at::abs(error);
    const double mean = magnitude.mean().item<double>();
    csv += csv_row({node.name, error.numel(), mean, magnitude.max().item<double>()});
    total += mean;
  }
  write_file(context.out_dir() + "/bias_correction.csv", csv);
  const auto count = static_cast<int64_t>(nodes.size());
  context.report("corrected", count);
  context.report("mean_error_before", total / static_cast<double>(count));
  context.info("{} biases corrected; their channels erred by {:.3g} on average", count,
               total / static_cast<double>(count));
}

}  // namespace mase::quant
