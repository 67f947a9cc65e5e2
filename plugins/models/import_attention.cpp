// Attention that a file writes out as products, a scale, a mask and a softmax becomes the one operator that it is.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;
using mase::Shape;

namespace {

constexpr double kHidden = -1e30;     // what exporters add to the scores that a boolean mask hides lies below
constexpr int64_t kMostSteps = 4096;  // masks of more are not looked at

// Takes factors off a value: what remains, and their product in `scale`.
Argument without_scale(Argument arg, double& scale) {
  for (;;) {
    const Node *mul = plain(arg, "mul"), *div = plain(arg, "div");
    if (div && number(div->args[1]) && div->op.with().find("rounding_mode") == nullptr) {
      scale /= *number(div->args[1]), arg = div->args[0];
    } else if (mul && number(mul->args[1])) {
      scale *= *number(mul->args[1]), arg = mul->args[0];
    } else if (mul && number(mul->args[0])) {
      scale *= *number(mul->args[0]), arg = mul->args[1];
    } else {
      return arg;
    }
  }
}

bool swaps_last_axes(const Node& transpose) {
  const auto rank = static_cast<int64_t>(transpose.meta.common.results.at(size_t{0}).shape.size());
  const mase::Value *first = transpose.op.with().find("dim0"), *second = transpose.op.with().find("dim1");
  return rank >= 2 && first && second &&
         std::minmax(first->as_int(), second->as_int()) == std::minmax(rank - 2, rank - 1);
}

// Whether `condition` finds rows of scores that are hidden altogether: not any(scores != -inf).
bool finds_hidden_rows(const Argument& condition, const Node& softmax) {
  const Node* outer = plain(condition, "logical_not");
  const Node* any = outer ? plain(outer->args[0], "any") : nullptr;
  const Node* shown = any ? plain(any->args[0], "ne") : nullptr;
  if (!shown || shown->args[0].node != softmax.args[0].node || number(shown->args[1]).value_or(0) != -HUGE_VAL)
    return false;
  const mase::Value *dims = any->op.with().find("dim"), *keeps = any->op.with().find("keepdim");
  const auto rank = static_cast<int64_t>(recorded_shape(softmax.args[0]).size());
  return dims && dims->is_list() && dims->as_list().size() == 1 && (dims->as_list()[0].as_int() + 1) % rank == 0 &&
         keeps && keeps->as_bool();
}

// softmax(scores), or the same with zeros where a row of scores was hidden altogether.
const Node* softmax_of(const Argument& weights, bool& is_guarded) {
  const Node* where = plain(weights, "where");
  is_guarded = where && number(where->args[1]) == 0.0;
  const Argument& inner = is_guarded ? where->args[2] : weights;
  const Node* softmax = plain(inner, "softmax");
  if (!softmax) return nullptr;
  if (is_guarded) {
    const Node* isnan = plain(where->args[0], "isnan");
    if (!(isnan && isnan->args[0].node == inner.node) && !finds_hidden_rows(where->args[0], *softmax)) return nullptr;
  }
  const mase::Value* dim = softmax->op.with().find("dim");
  const auto rank = static_cast<int64_t>(recorded_shape(softmax->args[0]).size());
  return dim && (dim->as_int() == -1 || dim->as_int() == rank - 1) ? softmax : nullptr;
}

struct Scores {
  Argument query, key_transposed, mask;
  bool has_mask = false;
  double scale = 1;
};

std::optional<Scores> scores_of(const Argument& input, bool is_guarded) {
  Scores found;
  Argument scores = input;
  if (const Node* add = plain(scores, "add")) {
    const bool first = plain(without_scale(add->args[0], found.scale), "matmul") != nullptr;
    found.scale = 1;
    scores = add->args[first ? 0 : 1], found.mask = add->args[first ? 1 : 0], found.has_mask = true;
    if (!found.mask.node) return std::nullopt;
    const Node* where = plain(found.mask, "where");
    if (is_guarded && where && number(where->args[1]) == 0.0 && number(where->args[2]).value_or(0) < kHidden)
      found.mask = where->args[0];
  }
  const Node* product = plain(without_scale(scores, found.scale), "matmul");
  if (!product) return std::nullopt;
  found.query = without_scale(product->args[0], found.scale);
  found.key_transposed = without_scale(product->args[1], found.scale);
  const auto is_stack = [](const Argument& arg) { return arg.node && recorded_shape(arg).size() >= 3; };
  return is_stack(found.query) && is_stack(found.key_transposed) ? std::optional(found) : std::nullopt;
}

void describe_argument(mase::TensorMetas& metas, const Argument& arg) {
  mase::TensorMeta& meta = metas.add(mase::format("data_in_{}", metas.size()));
  const mase::TensorMeta& from = arg.node->meta.common.results.at(static_cast<size_t>(arg.result));
  meta.shape = from.shape, meta.torch_dtype = from.torch_dtype;
}

// x with its last two axes swapped: what is before a swap, or a new swap.
Argument swapped(mase::Graph& graph, SizeTable& table, Node& place, const Argument& x) {
  if (const Node* transpose = plain(x, "transpose"); transpose && swaps_last_axes(*transpose))
    return transpose->args[0];
  Shape shape = recorded_shape(x);
  const auto rank = static_cast<int64_t>(shape.size());
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  Node& node = graph.insert_before(place, mase::OpKind::call_function, place.name + "_key",
                                   mase::Chosen("nn.transpose", {{"dim0", rank - 2}, {"dim1", rank - 1}}), {x});
  node.target = node.mase_op, node.meta.common.mase_type = mase::mase_type_of(node);
  describe_argument(node.meta.common.args, x);
  mase::TensorMeta& result = node.meta.common.results.add("data_out_0");
  result.shape = shape, result.torch_dtype = node.meta.common.args[0].torch_dtype;
  if (const auto found = table.find(x.node); found != table.end() && x.result == 0) {
    Sizes sizes = found->second.at(0);
    std::swap(sizes[sizes.size() - 1], sizes[sizes.size() - 2]);
    table[&node] = {sizes};
  }
  return Argument(&node);
}

// Whether a mask, of what is shown or of what is added, is the lower triangle: every query sees itself, so that numbers
// below kHidden leave nothing of what they hide.
bool is_triangle(const at::Tensor& mask) {
  const int64_t rank = mask.dim(), size = rank >= 2 ? mask.size(-1) : 0;
  if (size < 2 || mask.size(-2) != size || mask.numel() != size * size || size > kMostSteps) return false;
  const at::Tensor square = mask.reshape({size, size});
  const at::Tensor lower = at::ones({size, size}, at::kBool).tril();
  if (mask.scalar_type() == at::kBool) return at::equal(square, lower);
  return at::isFloatingType(mask.scalar_type()) &&
         at::equal(at::where(lower, square == 0, square < kHidden), at::ones_like(lower));
}

// Whether keys and values have the query's axes; `is_shared` where all its heads have one key and one value. Products
// broadcast other axes, too, which the operator does not.
bool has_query_axes(const SizeTable& table, const std::array<Argument, 3>& args, bool& is_shared) {
  std::array<Sizes, 3> all;
  for (size_t i = 0; i < args.size(); ++i) {
    if (const Sizes* known = sizes_of(table, args[i]))
      all[i] = *known;
    else
      for (const int64_t n : recorded_shape(args[i])) all[i].emplace_back(n);
  }
  const auto& [query, key, value] = all;
  if (query.size() < 3 || key.size() != query.size() || value.size() != query.size()) return false;
  const size_t heads = query.size() - 3;
  is_shared = heads > 0 && query[heads] != Size(1) && key[heads] == Size(1) && value[heads] == Size(1);
  for (size_t i = 0; i <= heads; ++i)
    if ((i < heads || !is_shared) && (key[i] != query[i] || value[i] != query[i])) return false;
  return true;
}

}  // namespace

bool merge_attention(mase::Graph& graph, SizeTable& table, Node& product) {
  if (product.mase_op != "matmul" || !product.args[0].node || !product.args[1].node || has_format(product))
    return false;
  bool is_guarded = false;
  const Node* softmax = softmax_of(product.args[0], is_guarded);
  const auto scores = softmax ? scores_of(softmax->args[0], is_guarded) : std::nullopt;
  const Argument value = product.args[1];
  if (!scores || recorded_shape(value).size() < 3) return false;
  bool is_shared = false;
  if (!has_query_axes(table, {scores->query, scores->key_transposed, value}, is_shared)) return false;
  std::vector<Argument> args{scores->query, swapped(graph, table, product, scores->key_transposed), value};
  if (scores->has_mask) args.push_back(scores->mask);
  product.meta.common.args.clear();
  for (const Argument& arg : args) describe_argument(product.meta.common.args, arg);
  mase::Map with{{"scale", scores->scale}};
  if (is_shared) with.set("enable_gqa", true);
  product.op = mase::Chosen("nn.scaled_dot_product_attention", std::move(with));
  product.mase_op = product.target = "scaled_dot_product_attention";
  product.meta.common.mase_type = mase::mase_type_of(product);
  graph.set_args(product, std::move(args));
  return true;
}

// A constant lower triangle as mask is is_causal.
bool merge_causal(mase::Graph& graph, SizeTable&, Node& attention) {
  if (attention.mase_op != "scaled_dot_product_attention" || attention.args.size() != 4) return false;
  const Node* mask = attention.args[3].node;
  if (!mask || mask->op_kind != mase::OpKind::get_attr || has_format(*mask)) return false;
  const Shape &query = recorded_shape(attention.args[0]), &key = recorded_shape(attention.args[1]);
  const at::Tensor& values = graph.tensor(mask->params[0].key);
  if (!is_triangle(values) || query.at(query.size() - 2) != values.size(-1) ||
      key.at(key.size() - 2) != values.size(-1) || attention.op.with().find("is_causal"))
    return false;
  mase::Map with = attention.op.with();
  with.set("is_causal", true);
  std::vector<Argument> args(attention.args.begin(), attention.args.begin() + 3);
  become(graph, attention, mase::Chosen(attention.op.name(), std::move(with)), std::move(args));
  return true;
}

// [n, h, a, b] -> [n*h, a, b], its last axes swapped, and back: a swap of the last axes.
bool merge_stacked_transpose(mase::Graph& graph, SizeTable&, Node& last) {
  if (last.mase_op != "reshape" || has_format(last)) return false;
  const Node* transpose = plain(last.args[0], "transpose");
  if (!transpose || !swaps_last_axes(*transpose)) return false;
  const Node* first = plain(transpose->args[0], "reshape");
  if (!first || !first->args[0].node) return false;
  Shape from = recorded_shape(first->args[0]);
  const Shape &middle = first->meta.common.results.at(size_t{0}).shape,
              &to = last.meta.common.results.at(size_t{0}).shape;
  const auto rank = static_cast<int64_t>(from.size());
  if (rank < 2 || middle.size() < 2 || !std::equal(from.end() - 2, from.end(), middle.end() - 2)) return false;
  std::swap(from[from.size() - 1], from[from.size() - 2]);
  if (from != to) return false;
  last.op = mase::Chosen("nn.transpose", {{"dim0", rank - 2}, {"dim1", rank - 1}});
  last.mase_op = last.target = "transpose";
  last.meta.common.args.at(size_t{0}).shape = recorded_shape(first->args[0]);
  graph.set_argument(last, 0, first->args[0]);
  return true;
}

}  // namespace models
