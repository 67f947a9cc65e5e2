// GELU as older exporters write it: x / sqrt(2), erf, + 1, * x, * 0.5, in any order of the products.
#include <cmath>

#include "mase/execute.h"
#include "onnx_formats.h"

namespace models::onnx {

namespace {

using Place = mase::Node;

bool is_number(const mase::Argument& a, double value) {
  return !a.node && a.constant.is_number() && std::fabs(a.constant.as_double() - value) < 1e-6 * value;
}

bool has_formats(const Place& node) {
  for (const auto* metas : {&node.meta.common.args, &node.meta.common.results})
    for (const mase::TensorMeta& meta : *metas)
      if (meta.format) return true;
  return false;
}

bool is_plain(const Place* node, const char* op) { return node && node->mase_op == op && !has_formats(*node); }

// The other argument where one of them is the number.
const mase::Argument* beside_number(const Place& node, double value) {
  if (is_number(node.args[1], value)) return &node.args[0];
  return node.mase_op != "div" && is_number(node.args[0], value) ? &node.args[1] : nullptr;
}

bool is_same(const mase::Argument& a, const mase::Argument& b) {
  return a.node && a.node == b.node && a.result == b.result;
}

const mase::Argument& other(const Place& node, const Place& one) {
  return node.args[node.args[0].node == &one ? 1 : 0];
}

Place* only_user(const Place& node) { return node.users().size() == 1 ? node.users()[0] : nullptr; }

// The last of the products behind 1 + erf, and nothing where they are others than x and 0.5.
Place* last_product(const Place& sum, const mase::Argument& x) {
  Place* first = only_user(sum);
  if (!is_plain(first, "mul")) return nullptr;
  const mase::Argument& factor = other(*first, sum);
  if (is_plain(factor.node, "mul")) {  // (x * 0.5) * (1 + erf)
    const mase::Argument* half = beside_number(*factor.node, 0.5);
    return half && is_same(*half, x) ? first : nullptr;
  }
  Place* second = only_user(*first);
  if (!is_plain(second, "mul")) return nullptr;
  if (is_same(factor, x) && beside_number(*second, 0.5)) return second;
  return is_number(factor, 0.5) && is_same(other(*second, *first), x) ? second : nullptr;
}

void merge(mase::Graph& graph, Place& erf) {
  Place* scaled = erf.args[0].node;
  if (has_formats(erf) || !scaled || has_formats(*scaled)) return;
  const mase::Argument* x = scaled->mase_op == "div"   ? beside_number(*scaled, std::sqrt(2.0))
                            : scaled->mase_op == "mul" ? beside_number(*scaled, std::sqrt(0.5))
                                                       : nullptr;
  Place* sum = only_user(erf);
  if (!x || !x->node || !is_plain(sum, "add") || !beside_number(*sum, 1)) return;
  const mase::Argument input = *x;
  Place* last = last_product(*sum, input);
  if (!last) return;
  Place& gelu = graph.insert_before(*last, mase::OpKind::call_function, last->name, mase::Chosen("nn.gelu"), {input});
  gelu.target = gelu.mase_op;
  gelu.meta.common.mase_type = mase::mase_type_of(gelu);
  mase::TensorMeta& argument = gelu.meta.common.args.add(mase::argument_name(gelu, 0));
  mase::TensorMeta& result = gelu.meta.common.results.add("data_out_0");
  result.shape = argument.shape = last->meta.common.results[0].shape;
  result.torch_dtype = argument.torch_dtype = last->meta.common.results[0].torch_dtype;
  graph.replace_all_uses(*last, gelu);
}

}  // namespace

void merge_gelu(mase::Graph& graph) {
  bool found = false;
  for (Place* node : std::vector<Place*>(graph.nodes()))
    if (node->mase_op == "erf") merge(graph, *node), found = true;
  const std::vector<Place*> nodes = graph.nodes();
  for (auto it = nodes.rbegin(); found && it != nodes.rend(); ++it)
    if ((*it)->users().empty() && (*it)->op) graph.erase(**it);
}

}  // namespace models::onnx
