// Finding what `where` selects for training; everything else stays frozen.
#include "parameters.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <set>

#include "mase/format.h"
#include "mase/op.h"

namespace train {

namespace {

// The formats' own tensors are stored as <node>.<argument>.<name>.
void add_formats(const mase::Node& node, mase::Context& context, std::vector<std::string>& keys) {
  const auto add = [&](const mase::TensorMeta& meta) {
    if (!meta.format) return;
    const auto format = context.components().shared<mase::Format>(meta.format);
    for (const mase::FormatParameter& p : format->parameters(meta.shape))
      keys.push_back(node.name + "." + meta.name + "." + p.name);
  };
  for (const auto& meta : node.meta.common.args) add(meta);
  for (const auto& meta : node.meta.common.results) add(meta);
}

}  // namespace

Trainable find_trainable(mase::Graph& graph, mase::Context& context) {
  Trainable out;
  std::set<std::string> seen;
  const auto add = [&](std::vector<std::string>& list, const std::string& key) {
    if (graph.has_tensor(key) && seen.insert(key).second) list.push_back(key);
  };
  const auto& selected = context.selected();
  for (mase::Node* node : graph.nodes()) {
    if (std::find(selected.begin(), selected.end(), node) == selected.end()) {
      if (!node->params.empty()) out.frozen.push_back(node);
      continue;
    }
    std::vector<std::string> keys;
    if (node->op) {
      const auto infos = context.components().shared<mase::Op>(node->op)->parameters();
      for (const mase::ParameterInfo& info : infos) {
        const mase::Parameter* p = node->param(info.name);
        if (!p) continue;
        if (info.buffer)
          add(out.buffers, p->key);
        else
          keys.push_back(p->key);
      }
    }
    add_formats(*node, context, keys);
    for (const std::string& key : keys)
      if (graph.has_tensor(key) && at::isFloatingType(graph.tensor(key).scalar_type())) {
        if (graph.tensor(key).scalar_type() != at::kFloat)
          throw mase::Error("parameter '" + key + "' is not float32, which training needs");
        add(out.parameters, key);
      }
  }
  if (out.parameters.empty())
    throw mase::Error("nothing to train: the selected nodes have no parameters", {},
                      context.has_selection() ? "widen 'where'" : "");
  return out;
}

}  // namespace train
