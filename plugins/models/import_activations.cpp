// Activation functions that older exporters and decompositions write with several nodes.
#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// The argument of `node` beside the one that `is_it` recognizes.
template <class F>
const Argument* beside(const Node& node, const F& is_it) {
  if (node.args.size() != 2) return nullptr;
  if (is_it(node.args[1])) return &node.args[0];
  return is_it(node.args[0]) ? &node.args[1] : nullptr;
}

// The node behind `arg` where nothing else needs it.
Node* inner(const Argument& arg, std::string_view op) {
  Node* node = plain(arg, op);
  return node && only_user(*node) ? node : nullptr;
}

// What is divided by six.
const Argument* sixfold(const Node& node) {
  if (node.mase_op == "div" && node.op.with().empty()) return is_number(node.args[1], 6) ? &node.args[0] : nullptr;
  if (node.mase_op != "mul") return nullptr;
  return beside(node, [](const Argument& arg) { return is_number(arg, 1.0 / 6); });
}

// x of relu6(x + 3).
const Argument* inside_relu6(const Argument& arg) {
  const Node *limited = inner(arg, "relu6"), *sum = limited ? plain(limited->args[0], "add") : nullptr;
  const Argument* x = sum ? beside(*sum, [](const Argument& a) { return is_number(a, 3); }) : nullptr;
  return x && x->node ? x : nullptr;
}

// relu6(x + 3) / 6, or x times that.
bool merge_hardsigmoid(mase::Graph& graph, Node& last) {
  const Argument* scaled = sixfold(last);
  if (!scaled || has_format(last)) return false;
  if (const Argument* x = inside_relu6(*scaled)) {
    const Argument input = *x;
    become(graph, last, mase::Chosen("nn.hardsigmoid"), {input});
    return true;
  }
  const Node* product = inner(*scaled, "mul");
  if (!product) return false;
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const Argument* x = inside_relu6(product->args[side]);
    if (!x || !is_same(*x, product->args[1 - side])) continue;
    const Argument input = *x;
    become(graph, last, mase::Chosen("nn.hardswish"), {input});
    return true;
  }
  return false;
}

// x of tanh(softplus(x)).
const Argument* inside_mish(const Node& tanh) {
  const Node* softplus = plain(tanh.args[0], "softplus");
  return softplus && softplus->op.with().empty() ? &softplus->args[0] : nullptr;
}

// x * sigmoid(x) and its like, also where others need the sigmoid.
bool merge_gate(mase::Graph& graph, Node& product) {
  if (product.mase_op != "mul" || has_format(product)) return false;
  const std::pair<const char*, const char*> gates[] = {
      {"sigmoid", "silu"}, {"hardsigmoid", "hardswish"}, {"tanh", "mish"}};
  for (const size_t side : {size_t{0}, size_t{1}})
    for (const auto& [gate, name] : gates) {
      const Node* node = plain(product.args[side], gate);
      if (!node) continue;
      const Argument* x = node->mase_op == "tanh" ? inside_mish(*node) : &node->args[0];
      if (!x || !is_same(*x, product.args[1 - side])) continue;
      const Argument input = *x;
      become(graph, product, mase::Chosen(mase::format("nn.{}", name)), {input});
      return true;
    }
  return false;
}

// Whether the arguments are the two halves of one value; then where, and of what.
std::optional<std::pair<int64_t, Argument>> halves(const Argument& a, const Argument& b) {
  if (!a.node || !b.node || has_format(*a.node) || has_format(*b.node)) return std::nullopt;
  if (a.node == b.node && a.node->mase_op == "split" && a.result == 0 && b.result == 1) {
    const mase::List& sizes = a.node->op.with().at("sizes").as_list();
    if (sizes.size() != 2 || !(sizes[0] == sizes[1])) return std::nullopt;
    return std::pair(a.node->op.with().at("dim").as_int(), a.node->args[0]);
  }
  if (a.node->mase_op != "slice" || b.node->mase_op != "slice" || !is_same(a.node->args[0], b.node->args[0]))
    return std::nullopt;
  const auto field = [](const Node& node, const char* name, int64_t otherwise) {
    const mase::Value* value = node.op.with().find(name);
    return value && value->is_int() ? value->as_int() : otherwise;
  };
  const int64_t dim = field(*a.node, "dim", 0), half = field(*a.node, "end", 0);
  const Argument whole = a.node->args[0];
  const mase::Shape& shape = recorded_shape(whole);
  if (dim < 1 || dim >= static_cast<int64_t>(shape.size()) || shape[static_cast<size_t>(dim)] != 2 * half ||
      field(*b.node, "dim", 0) != dim || field(*a.node, "start", 0) != 0 || field(*b.node, "start", 0) != half ||
      field(*b.node, "end", 2 * half) != 2 * half || field(*a.node, "step", 1) != 1 || field(*b.node, "step", 1) != 1)
    return std::nullopt;
  return std::pair(dim, whole);
}

// One half times the other's sigmoid.
bool merge_glu(mase::Graph& graph, Node& product) {
  if (product.mase_op != "mul" || has_format(product)) return false;
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const Node* sigmoid = inner(product.args[side], "sigmoid");
    const auto whole = sigmoid ? halves(product.args[1 - side], sigmoid->args[0]) : std::nullopt;
    if (!whole) continue;
    become(graph, product, mase::Chosen("nn.glu", {{"dim", whole->first}}), {whole->second});
    return true;
  }
  return false;
}

mase::Value limit_of(const Node& node, const char* name) {
  if (node.mase_op == "relu") return std::string_view(name) == "min" ? mase::Value(0.0) : mase::Value();
  const mase::Value* limit = node.op.with().find(name);
  return limit ? *limit : mase::Value();
}

// One limit after the other.
bool merge_limits(mase::Graph& graph, Node& last) {
  if ((last.mase_op != "clamp" && last.mase_op != "relu") || has_format(last)) return false;
  const Node* first = inner(last.args[0], "clamp");
  if (!first) first = inner(last.args[0], "relu");
  if (!first || !first->args[0].node) return false;
  const bool low_first = !limit_of(*first, "min").is_null();
  const mase::Value low = limit_of(low_first ? *first : last, "min"), high = limit_of(low_first ? last : *first, "max");
  if (low.is_null() || high.is_null() || !limit_of(low_first ? *first : last, "max").is_null() ||
      !limit_of(low_first ? last : *first, "min").is_null() || !(low.as_double() <= high.as_double()) ||
      !last.meta.common.results.at(size_t{0}).torch_dtype.starts_with("float"))
    return false;
  const Argument input = first->args[0];
  become(graph, last, clamp_between(low, high), {input});
  return true;
}

// log(sigmoid(x)).
bool merge_logsigmoid(mase::Graph& graph, Node& last) {
  if (last.mase_op != "log" || has_format(last)) return false;
  const Node* sigmoid = plain(last.args[0], "sigmoid");
  if (!sigmoid || !sigmoid->args[0].node) return false;
  const Argument input = sigmoid->args[0];
  become(graph, last, mase::Chosen("nn.logsigmoid"), {input});
  return true;
}

}  // namespace

bool merge_activation(mase::Graph& graph, SizeTable&, Node& last) {
  return merge_limits(graph, last) || merge_hardsigmoid(graph, last) || merge_gate(graph, last) ||
         merge_glu(graph, last) || merge_logsigmoid(graph, last);
}

}  // namespace models
