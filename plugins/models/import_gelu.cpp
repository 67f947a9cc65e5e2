// GELU and others as older exporters and decompositions write it: with erf or with its approximation by tanh, in any
// order of the products.
#include <cmath>

#include "import_simplify.h"

namespace models {

using mase::Node;

namespace {

bool is_plain(const Node* node, const char* op) { return node && node->mase_op == op && !has_format(*node); }

// The other argument where one of them is the number.
const mase::Argument* beside_number(const Node& node, double value) {
  if (is_number(node.args[1], value)) return &node.args[0];
  return node.mase_op != "div" && is_number(node.args[0], value) ? &node.args[1] : nullptr;
}

const mase::Argument& other(const Node& node, const Node& one) { return node.args[node.args[0].node == &one ? 1 : 0]; }

// The last of the products behind 1 + erf or tanh, and nothing where they are others than x and 0.5.
Node* last_product(const Node& sum, const mase::Argument& x) {
  Node* first = only_user(sum);
  if (!is_plain(first, "mul")) return nullptr;
  const mase::Argument& factor = other(*first, sum);
  if (is_plain(factor.node, "mul") && !is_same(factor, x)) {  // (x * 0.5) * (1 + erf)
    const mase::Argument* half = beside_number(*factor.node, 0.5);
    return half && is_same(*half, x) ? first : nullptr;
  }
  Node* second = only_user(*first);
  if (!is_plain(second, "mul")) return nullptr;
  if (is_same(factor, x) && beside_number(*second, 0.5)) return second;
  return is_number(factor, 0.5) && is_same(other(*second, *first), x) ? second : nullptr;
}

// x of erf(x / sqrt(2)).
const mase::Argument* inside_erf(const Node& erf) {
  const Node* scaled = erf.args[0].node;
  if (is_plain(scaled, "div")) return beside_number(*scaled, std::sqrt(2.0));
  return is_plain(scaled, "mul") ? beside_number(*scaled, std::sqrt(0.5)) : nullptr;
}

bool is_cube(const Node* node, const mase::Argument& x) {
  if (is_plain(node, "pow")) return is_same(node->args[0], x) && is_number(node->args[1], 3);
  if (!is_plain(node, "mul")) return false;
  const Node* square = node->args[is_same(node->args[0], x) ? 1 : 0].node;
  return (is_same(node->args[0], x) || is_same(node->args[1], x)) && is_plain(square, "mul") &&
         is_same(square->args[0], x) && is_same(square->args[1], x);
}

// x of tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
const mase::Argument* inside_tanh(const Node& tanh) {
  const Node* scaled = tanh.args[0].node;
  const mase::Argument* sum = is_plain(scaled, "mul") ? beside_number(*scaled, 0.5 * M_2_SQRTPI * M_SQRT2) : nullptr;
  if (!sum || !is_plain(sum->node, "add")) return nullptr;
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const mase::Argument &x = sum->node->args[side], &term = sum->node->args[1 - side];
    const mase::Argument* cube = is_plain(term.node, "mul") ? beside_number(*term.node, 0.044715) : nullptr;
    if (x.node && cube && is_cube(cube->node, x)) return &x;
  }
  return nullptr;
}

}  // namespace

bool merge_gelu(mase::Graph& graph, SizeTable&, Node& function) {
  if ((function.mase_op != "erf" && function.mase_op != "tanh") || has_format(function)) return false;
  const bool is_tanh = function.mase_op == "tanh";
  const mase::Argument* x = is_tanh ? inside_tanh(function) : inside_erf(function);
  Node* sum = only_user(function);
  if (!x || !x->node || !is_plain(sum, "add") || !beside_number(*sum, 1)) return false;
  const mase::Argument input = *x;
  Node* last = last_product(*sum, input);
  if (!last) return false;
  mase::Map with;
  if (is_tanh) with.set("approximate", "tanh");
  become(graph, *last, mase::Chosen("nn.gelu", std::move(with)), {input});
  return true;
}

}  // namespace models
