// Which format rounds each tensor of a graph: the executor's rules, read off the metadata.
#include "weights.h"

#include <mase/execute.h>
#include <mase/text.h>

#include <algorithm>
#include <set>

namespace mase::exporting {
namespace {

std::string trainable_prefix(const Node& node, const std::string& argument) { return node.name + "." + argument + "."; }

bool is_accumulator(const Node& node, const std::string& parameter, Components& components) {
  if (!node.op) return false;
  for (const ParameterInfo& info : components.shared<Op>(node.op)->parameters())
    if (info.name == parameter) return info.accumulator;
  return false;
}

// Keys of tensors that belong to formats: fc1.weight.step.
std::set<std::string> trainable_keys(const Graph& graph, Components& components) {
  std::set<std::string> keys;
  const auto add = [&](const Node& node, const TensorMetas& tensors) {
    for (const TensorMeta& t : tensors)
      if (t.format)
        for (const FormatParameter& p : components.shared<Format>(t.format)->parameters(t.shape))
          keys.insert(trainable_prefix(node, t.name) + p.name);
  };
  for (const Node* node : graph.nodes()) add(*node, node->meta.common.args), add(*node, node->meta.common.results);
  return keys;
}

bool same_reading(const Weight& a, const Weight& b) {
  return a.chosen == b.chosen && a.grid.has_value() == b.grid.has_value() &&
         (!a.grid || a.grid->frac_width == b.grid->frac_width);
}

// The executor's stream of an evaluation, so that stochastic rounding draws the same.
template <class Call>
auto with_stream(const Weight& w, const Call& call) {
  QuantizeContext context = w.context;
  Random random(stream_hash(0, w.key, "epoch 0"));
  context.random = &random, context.tensor = w.key;
  return call(context);
}

}  // namespace

at::Tensor Weight::quantized() const {
  if (format) return with_stream(*this, [&](const auto& c) { return format->quantize(tensor, c); });
  if (!grid) return tensor;
  return from_codes(to_codes(tensor.to(at::kDouble), *grid), *grid).to(tensor.scalar_type());
}

Codes Weight::codes() const {
  if (format) return with_stream(*this, [&](const auto& c) { return format->encode(tensor, c); });
  Codes codes;
  codes.elements = to_codes(tensor.to(at::kDouble), grid.value());
  codes.point = grid;
  return codes;
}

Weight weight_of(const Node& node, const Parameter& parameter, Components& components) {
  Weight w;
  w.key = parameter.key, w.reader = &node;
  w.tensor = node.graph().tensor(parameter.key).detach().contiguous();
  if (!node.op) return w;  // get_attr: its result's format is the node's
  const TensorMeta* meta = node.meta.common.args.find(parameter.name);
  if (!meta || !meta->format) {
    w.grid = accumulator_grid(node, parameter.name, components);
    return w;
  }
  w.chosen = meta->format;
  w.format = components.shared<Format>(meta->format);
  w.context.role = is_accumulator(node, parameter.name, components) ? Role::bias : Role::weight;
  w.context.channel_axis = 0;
  for (const FormatParameter& p : w.format->parameters(meta->shape))
    w.context.parameters.push_back(node.graph().tensor(trainable_prefix(node, meta->name) + p.name));
  return w;
}

std::vector<Weight> weights_of(const Graph& graph, Components& components) {
  const std::set<std::string> trainable = trainable_keys(graph, components);
  std::map<std::string, Weight> read;
  std::string conflicts;
  for (const Node* node : graph.nodes())
    for (const Parameter& p : node->params) {
      Weight w = weight_of(*node, p, components);
      const auto [place, added] = read.emplace(p.key, w);
      if (!added && !same_reading(place->second, w))
        conflicts +=
            format("{}{} (by {} and {})", conflicts.empty() ? "" : ", ", p.key, place->second.reader->name, node->name);
    }
  if (!conflicts.empty())
    throw Error(format("tensors are read in different formats: {}", conflicts), {},
                "give their readers one format, or export the float values");
  std::vector<Weight> weights;
  for (const std::string& key : graph.tensor_keys()) {
    if (trainable.contains(key)) continue;
    Weight& w = read[key];
    if (w.key.empty()) w.key = key, w.tensor = graph.tensor(key).detach().contiguous();
    weights.push_back(std::move(w));
  }
  return weights;
}

NamedTensors state_of(const Graph& graph, Components& components, bool quantized) {
  NamedTensors state;
  if (quantized) {
    for (const Weight& w : weights_of(graph, components)) state.emplace_back(w.key, w.quantized());
  } else {
    for (const std::string& key : graph.tensor_keys()) state.emplace_back(key, graph.tensor(key).detach());
  }
  return state;
}

}  // namespace mase::exporting
