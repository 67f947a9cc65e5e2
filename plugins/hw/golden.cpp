// Golden words: the graph on codes, checked against the fake-quantized graph in double.
#include "golden.h"

#include <ATen/ops/cat.h>

#include "mase/execute.h"
#include "mase/text.h"

namespace mase::hw {
namespace {

constexpr int64_t kBatch = 512;

void append(std::vector<int64_t>& to, const std::vector<int64_t>& words) {
  to.insert(to.end(), words.begin(), words.end());
}

// The graph input on the grid of its first reader.
at::Tensor input_codes(const TopPort& port, const Graph& graph, const at::Tensor& x, Components& components) {
  const Chosen& format = graph.at(port.consumer).meta.common.args.at(port.argument).format;
  QuantizeContext q;
  q.batch_axis = 0, q.tensor = port.name;
  return components.shared<Format>(format)->encode(x, q).elements;
}

// What a probe shows: a node's result, or the same behind the cast of a reader.
at::Tensor probe_codes(const Probe& p, const std::map<std::string, std::vector<Codes>>& results) {
  const auto it = results.find(p.producer);
  if (it == results.end())
    throw Error("design.json names the node '" + p.producer + "', which the graph lacks", {},
                "emit the design again: hw.emit");
  const at::Tensor& codes = it->second.at(static_cast<size_t>(p.result)).elements;
  return p.producer_point == p.shape.point ? codes : cast_codes(codes, p.producer_point, p.shape.point, p.rule);
}

int64_t differences(const at::Tensor& a, const at::Tensor& b) {
  return a.reshape(-1).ne(b.reshape(-1)).sum().item<int64_t>();
}

}  // namespace

Golden make_golden(const Design& design, Graph& graph, Context& context, const std::string& split_name,
                   int64_t samples) {
  const Split& split = context.dataset(split_name);
  Golden g;
  g.samples = samples > 0 ? std::min(samples, split.size()) : split.size();
  if (g.samples < 1) throw Error("the split '" + split.name() + "' is empty");
  g.inputs.resize(design.inputs.size()), g.outputs.resize(design.outputs.size()),
      g.streams.resize(design.probes.size());
  std::map<std::string, std::vector<Codes>> results;
  Executor integer(graph, context.components(), {Arithmetic::integer});
  integer.observe_codes([&](const Node& node, const std::vector<Codes>& codes) { results[node.name] = codes; });
  Executor witness(graph, context.components(), {Arithmetic::float64});
  std::vector<std::vector<at::Tensor>> codes(design.outputs.size());
  std::vector<at::Tensor> targets;
  for (int64_t first = 0; first < g.samples; first += kBatch) {
    if (context.cancelled()) throw Cancelled();
    const Batch batch = split.batch(first, std::min(kBatch, g.samples - first));
    const std::vector<Codes> out = integer.run_codes(batch.inputs);
    const Tensors exact = witness.run(batch.inputs);
    for (size_t i = 0; i < design.inputs.size(); ++i)
      append(g.inputs[i], beat_words(input_codes(design.inputs[i], graph, batch.inputs.at(i), context.components()),
                                     design.inputs[i].shape));
    for (size_t i = 0; i < design.probes.size(); ++i)
      append(g.streams[i], beat_words(probe_codes(design.probes[i], results), design.probes[i].shape));
    for (size_t i = 0; i < design.outputs.size(); ++i) {
      codes[i].push_back(out.at(i).elements);
      append(g.outputs[i], beat_words(out[i].elements, design.outputs[i].shape));
      g.double_mismatches += differences(from_codes(out[i].elements, design.outputs[i].shape.point), exact.at(i));
    }
    if (!batch.targets.empty()) targets.push_back(batch.targets[0]);
  }
  for (auto& parts : codes) g.output_codes.push_back(at::cat(parts));
  if (!targets.empty()) g.targets = at::cat(targets);
  return g;
}

}  // namespace mase::hw
