// Layers and products that a file writes for fewer axes, between reshapes: they work on all axes by themselves.
#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;

namespace {

// What a plain reshape reshapes; nothing where it is none.
const Argument* reshaped(const Argument& arg) {
  const Node* node = arg.node;
  return node && is_reshape(*node) && node->args[0].node && !has_format(*node) ? &node->args[0] : nullptr;
}

// `node` computes what `last` computed: the result's shape and users are those of `last`.
void takes_place_of(mase::Graph& graph, SizeTable& table, Node& node, Node& last) {
  for (size_t i = 0; i < node.args.size(); ++i) node.meta.common.args.at(i).shape = recorded_shape(node.args[i]);
  node.meta.common.results.at(size_t{0}).shape = last.meta.common.results.at(size_t{0}).shape;
  table[&node] = table.at(&last);
  graph.replace_all_uses(last, node);
}

// A reshape before `user` that shall give other sizes than it does.
struct Aim {
  Aim(size_t p, Sizes n, mase::Shape s) : place(p), sizes(std::move(n)), shape(std::move(s)) {}
  size_t place;  // among the user's arguments
  Sizes sizes;
  mase::Shape shape;  // for one sample
};

// Whether the reshape can give other sizes: what it reshapes has them, or a new operator gives them to this user only.
bool can_aim(const SizeTable& table, const Node& user, const Aim& aim) {
  const Argument* input = reshaped(user.args[aim.place]);
  const Sizes* from = input ? sizes_of(table, *input) : nullptr;
  return from &&
         (*from == aim.sizes || (reshape_op(*from, aim.sizes) && only_user(*user.args[aim.place].node) == &user));
}

void take_aim(mase::Graph& graph, SizeTable& table, Node& user, const Aim& aim) {
  const Argument input = *reshaped(user.args[aim.place]);
  const Sizes from = *sizes_of(table, input);
  if (from == aim.sizes) return graph.set_argument(user, aim.place, input);
  Node& reshape = *user.args[aim.place].node;
  become(reshape, *reshape_op(from, aim.sizes));
  reshape.meta.common.results.at(size_t{0}).shape = aim.shape;
  table[&reshape] = {aim.sizes};
}

// A reshape in front of a factor that has none, for take_aim() to direct.
void insert_reshape(mase::Graph& graph, SizeTable& table, Node& user, const Aim& aim) {
  const Argument input = user.args[aim.place];
  Node& node = graph.insert_before(user, mase::OpKind::call_function, mase::format("{}_{}", user.name, aim.place));
  node.meta.common.results.add("data_out_0") = input.node->meta.common.results.at(static_cast<size_t>(input.result));
  become(graph, node, *reshape_op(*sizes_of(table, input), aim.sizes), {input});
  graph.set_argument(user, aim.place, Argument(&node));
}

// Layers that take the joined axes beside the reshape that parts them. Each gets a reshape that joins them again, to
// go the same way.
std::optional<std::vector<Node*>> other_layers(const Node& layer, const Node& last) {
  std::vector<Node*> others;
  for (Node* user : layer.users()) {
    if (user == &last) continue;
    if (user->mase_op != "linear" || has_format(*user)) return std::nullopt;
    others.push_back(user);
  }
  return others;
}

// reshape(linear(reshape(x))), where the second one parts the axes before the last, is linear(reshape(x)), and often
// linear(x).
bool merge_layer(mase::Graph& graph, SizeTable& table, Node& last) {
  Node* layer = last.args[0].node;
  if (layer->mase_op != "linear") return false;
  const Sizes *inside = sizes_of(table, layer->args[0]), *outside = sizes_of(table, last.args[0]),
              *after = sizes_of(table, &last);
  if (!inside || !outside || !after || after->empty() || after->back() != outside->back()) return false;
  Aim aim{0, *after, recorded_shape(&last)};
  aim.sizes.back() = inside->back(), aim.shape.back() = inside->back().at[0];
  const auto others = other_layers(*layer, last);
  const Sizes joined = *outside;
  if (!others || (!others->empty() && !reshape_op(*after, joined)) || !can_aim(table, *layer, aim)) return false;
  const mase::TensorMeta result = layer->meta.common.results.at(size_t{0});
  take_aim(graph, table, *layer, aim);
  takes_place_of(graph, table, *layer, last);
  for (Node* user : *others) {
    Node& join = graph.insert_before(*user, mase::OpKind::call_function, user->name + "_0");
    join.meta.common.results.add("data_out_0") = result;
    become(graph, join, *reshape_op(table.at(layer).at(0), joined), {Argument(layer)});
    table[&join] = {joined};
    graph.set_argument(*user, 0, Argument(&join));
  }
  return true;
}

// The same of a product of matrices, whose factors had their axes before the last two joined: one of them at least.
bool merge_product(mase::Graph& graph, SizeTable& table, Node& last) {
  Node* product = last.args[0].node;
  if (product->mase_op != "matmul" || product->args[0].node == product->args[1].node) return false;
  const Sizes *outside = sizes_of(table, last.args[0]), *after = sizes_of(table, &last);
  if (!outside || !after || outside->size() != 3 || after->size() < 4 ||
      !std::equal(outside->end() - 2, outside->end(), after->end() - 2))
    return false;
  if (!reshaped(product->args[0]) && !reshaped(product->args[1])) return false;
  std::vector<Aim> aims;
  for (size_t i = 0; i < 2; ++i) {
    const Sizes* inside = sizes_of(table, product->args[i]);
    if (!inside || inside->size() != 3 || inside->at(0) != outside->at(0)) return false;
    Aim& aim = aims.emplace_back(i, *after, recorded_shape(&last));
    const mase::Shape shape = recorded_shape(product->args[i]);
    std::copy(inside->end() - 2, inside->end(), aim.sizes.end() - 2);
    std::copy(shape.end() - 2, shape.end(), aim.shape.end() - 2);
    const bool fits = reshaped(product->args[i]) ? can_aim(table, *product, aim) : bool(reshape_op(*inside, aim.sizes));
    if (!fits) return false;
  }
  for (const Aim& aim : aims) {
    if (!reshaped(product->args[aim.place])) insert_reshape(graph, table, *product, aim);
    take_aim(graph, table, *product, aim);
  }
  takes_place_of(graph, table, *product, last);
  return true;
}

// The same of a swap of the last two axes.
bool merge_swap(mase::Graph& graph, SizeTable& table, Node& last) {
  Node* swap = last.args[0].node;
  const Sizes *inside = sizes_of(table, swap->args[0]), *outside = sizes_of(table, last.args[0]),
              *after = sizes_of(table, &last);
  if (swap->mase_op != "transpose" || has_format(*swap) || !inside || !outside || !after || inside->size() != 3 ||
      after->size() < 4 || order_of(swap) != std::vector<int64_t>{0, 2, 1} ||
      !std::equal(outside->end() - 2, outside->end(), after->end() - 2))
    return false;
  Aim aim{0, *after, recorded_shape(&last)};
  std::swap(*(aim.sizes.end() - 1), *(aim.sizes.end() - 2));
  std::swap(*(aim.shape.end() - 1), *(aim.shape.end() - 2));
  if (!can_aim(table, *swap, aim)) return false;
  take_aim(graph, table, *swap, aim);
  const auto rank = static_cast<int64_t>(after->size());
  become(*swap, mase::Chosen("nn.transpose", {{"dim0", rank - 2}, {"dim1", rank - 1}}));
  takes_place_of(graph, table, *swap, last);
  return true;
}

}  // namespace

bool merge_stacked(mase::Graph& graph, SizeTable& table, Node& last) {
  if (!is_reshape(last) || has_format(last)) return false;
  Node* inner = last.args[0].node;
  if (!inner || inner->args.empty()) return false;
  if (merge_layer(graph, table, last)) return true;
  if (only_user(*inner) != &last) return false;
  return merge_product(graph, table, last) || merge_swap(graph, table, last);
}

}  // namespace models
