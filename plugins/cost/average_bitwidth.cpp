// cost.average_bitwidth: bits that formats store, shared exponents and scales included, over elements; float
// counts 32.
#include "average_bitwidth.h"

#include <mase/format.h>

#include "weights.h"

namespace mase::cost {
namespace {

constexpr int64_t kFloatBits = 32;

struct Sum {
  int64_t bits = 0, elements = 0;

  void add(const Chosen& format, const Shape& shape, Context& context) {
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    elements += count;
    bits += format ? context.components().shared<Format>(format)->bits(shape) : count * kFloatBits;
  }
  double average() const { return elements == 0 ? 0 : static_cast<double>(bits) / static_cast<double>(elements); }
};

// Inputs of layers with weights, and all others that were given a format: what a quantizer could or did
// touch.
Sum sum_activations(Context& context) {
  Sum sum;
  for (const Node* node : context.selected()) {
    const bool layer = node->param("weight") != nullptr;
    for (const TensorMeta& argument : node->meta.common.args)
      if (!node->param(argument.name) && (layer || argument.format)) sum.add(argument.format, argument.shape, context);
  }
  return sum;
}

}  // namespace

std::vector<MetricInfo> AverageBitwidth::metrics() const {
  using Direction = MetricInfo::Direction;
  return {{"average_bitwidth", "bits", Direction::minimize, false,
           "bits stored per weight; biases, which lie on the accumulator's grid, and buffers are left out"},
          {"average_bitwidth_activation", "bits", Direction::minimize, false,
           "bits per element of the inputs of layers with weights, and of other inputs that have a format"}};
}

Map AverageBitwidth::run(Graph& graph, Context& context) {
  Sum weights;
  for_each_parameter(context, Count::weights, [&](const Node& node, const Parameter& parameter) {
    const TensorMeta* meta = node.meta.common.args.find(parameter.name);
    if (meta) return weights.add(meta->format, meta->shape, context);
    weights.add({}, shape_of(graph.tensor(parameter.key)), context);
  });
  return {{"average_bitwidth", weights.average()}, {"average_bitwidth_activation", sum_activations(context).average()}};
}

}  // namespace mase::cost
