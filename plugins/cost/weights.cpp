// Walks over parameters: buffers are left out, ties seen once.
#include "weights.h"

#include <mase/op.h>

#include <algorithm>
#include <unordered_set>

namespace mase::cost {
namespace {

bool counts(const Node& node, const Parameter& parameter, Count count, Context& context) {
  // The two names that nearly every layer has need no look-up: this runs in every trial of a search.
  if (parameter.name == "weight") return true;
  if (parameter.name == "bias") return count == Count::trainable;
  if (!node.op) return node.meta.common.results.at(0).torch_dtype.starts_with("float");  // a free tensor of the model
  const auto op = context.components().shared<Op>(node.op);
  const auto infos = op->parameters();
  const auto info =
      std::find_if(infos.begin(), infos.end(), [&](const ParameterInfo& p) { return p.name == parameter.name; });
  if (info == infos.end()) return true;
  return !info->buffer && (count == Count::trainable || !info->accumulator);
}

}  // namespace

void for_each_parameter(Context& context, Count count,
                        const std::function<void(const Node&, const Parameter&)>& visit) {
  std::unordered_set<std::string_view> seen;
  for (const Node* node : context.selected())
    for (const Parameter& parameter : node->params)
      if (counts(*node, parameter, count, context) && seen.insert(parameter.key).second) visit(*node, parameter);
}

}  // namespace mase::cost
