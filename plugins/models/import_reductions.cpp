// Reductions that exporters and decompositions write with several nodes: variances, norms, any and all.
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

#include <algorithm>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;
using mase::Value;

namespace {

// x of x * x or x^2.
const Argument* squared(const Argument& arg) {
  const Node *power = plain(arg, "pow"), *product = plain(arg, "mul");
  if (power) return power->args[0].node && is_number(power->args[1], 2) ? &power->args[0] : nullptr;
  return product && is_same(product->args[0], product->args[1]) ? &product->args[0] : nullptr;
}

// The mean of squared deviations from the mean over the same axes. Layer norms want theirs first.
bool merge_variance(mase::Graph& graph, Node& mean) {
  const auto outer = mean.mase_op == "var" ? std::nullopt : mean_axes(mean);
  const Argument* rest = outer ? squared(mean.args[0]) : nullptr;
  const Node* sub = rest ? plain(*rest, "sub") : nullptr;
  const Node* inner = sub ? sub->args[1].node : nullptr;
  if (!inner || has_format(*inner) || inner->mase_op == "var" || !is_same(sub->args[0], inner->args[0])) return false;
  const auto axes = mean_axes(*inner);
  if (!axes || !axes->second || axes->first != outer->first) return false;
  mase::Map with{{"dim", Value(axes->first)}};
  if (outer->second) with.set("keepdim", true);
  with.set("correction", int64_t{0});
  become(graph, mean, mase::Chosen("nn.var", std::move(with)), {Argument(sub->args[0])});
  return true;
}

// n / (n - 1) times the variance of n elements.
bool merge_correction(mase::Graph& graph, const SizeTable& table, Node& quotient) {
  const Node* product = quotient.op.with().empty() ? plain(quotient.args[0], "mul") : nullptr;
  const Node* variance = product ? plain(product->args[0], "var") : nullptr;
  const auto axes = variance ? mean_axes(*variance) : std::nullopt;
  const Value* correction = axes ? variance->op.with().find("correction") : nullptr;
  const Sizes* from = correction && correction->as_int() == 0 ? sizes_of(table, variance->args[0]) : nullptr;
  if (!from) return false;
  double count = 1;
  for (const int64_t axis : axes->first) {
    const Size& n = from->at(static_cast<size_t>(axis));
    if (!n.fixed()) return false;
    count *= static_cast<double>(n.at[0]);
  }
  if (count < 2 || !is_number(product->args[1], count) || !is_number(quotient.args[1], count - 1)) return false;
  mase::Map with = variance->op.with();
  with.erase("correction");
  become(graph, quotient, mase::Chosen("nn.var", std::move(with)), {Argument(variance->args[0])});
  return true;
}

// The root of a variance, or of a sum of squares.
bool merge_root(mase::Graph& graph, Node& root) {
  if (const Node* variance = plain(root.args[0], "var")) {
    become(graph, root, mase::Chosen("nn.std", variance->op.with()), {Argument(variance->args[0])});
    return true;
  }
  const Node* sum = plain(root.args[0], "sum");
  const Argument* x = sum ? squared(sum->args[0]) : nullptr;
  if (!x || !recorded_type(*x).starts_with("float")) return false;
  become(graph, root, mase::Chosen("nn.norm", sum->op.with()), {Argument(*x)});
  return true;
}

// The sum of what numbers are without their signs.
bool merge_absolute(mase::Graph& graph, Node& sum) {
  const Node* size = plain(sum.args[0], "abs");
  if (!size || !size->args[0].node || !recorded_type(size->args[0]).starts_with("float")) return false;
  mase::Map with = sum.op.with();
  with.set("p", 1);
  become(graph, sum, mase::Chosen("nn.norm", std::move(with)), {Argument(size->args[0])});
  return true;
}

// How many of them are true is more than zero: any. Not any of them is false: all.
bool merge_quantifier(mase::Graph& graph, Node& last) {
  if (last.mase_op == "gt") {
    const Node* sum =
        !last.args[1].node && last.args[1].constant == Value(int64_t{0}) ? plain(last.args[0], "sum") : nullptr;
    const Node* cast = sum ? plain(sum->args[0], "cast") : nullptr;
    if (!cast || !cast->args[0].node || recorded_type(cast->args[0]) != "bool") return false;
    become(graph, last, mase::Chosen("nn.any", sum->op.with()), {Argument(cast->args[0])});
    return true;
  }
  const Node* any = plain(last.args[0], "any");
  const Node* inverse = any ? plain(any->args[0], "logical_not") : nullptr;
  if (!inverse || !inverse->args[0].node) return false;
  become(graph, last, mase::Chosen("nn.all", any->op.with()), {Argument(inverse->args[0])});
  return true;
}

bool counts_from_zero(const at::Tensor& t) {
  return at::isIntegralType(t.scalar_type(), false) && t.numel() > 0 &&
         at::equal(t.to(at::kLong), at::arange(t.numel()));
}

// Truth values are compared with a number as they are.
bool drop_cast(mase::Graph& graph, Node& last) {
  const Node* cast = last.args[1].node || !last.args[1].constant.is_int() ? nullptr : plain(last.args[0], "cast");
  if (!cast || !cast->args[0].node || recorded_type(cast->args[0]) != "bool" ||
      !recorded_type(last.args[0]).starts_with("int"))
    return false;
  become(graph, last, mase::Chosen(last.op), {Argument(cast->args[0]), Argument(last.args[1])});
  return true;
}

// Where a class is each of the numbers from 0: one_hot.
bool merge_one_hot(mase::Graph& graph, Node& cast) {
  const Value* type = cast.op.with().find("dtype");
  const Node* equal = type && *type == Value("int64") ? plain(cast.args[0], "eq") : nullptr;
  const Node* unsqueeze = equal ? plain(equal->args[0], "unsqueeze") : nullptr;
  const Node* classes = unsqueeze ? equal->args[1].node : nullptr;
  if (!classes || classes->op_kind != mase::OpKind::get_attr || !unsqueeze->args[0].node ||
      recorded_type(unsqueeze->args[0]) != "int64")
    return false;
  const at::Tensor& numbers = graph.tensor(classes->params[0].key);
  const int64_t rank = static_cast<int64_t>(recorded_shape(Argument(unsqueeze->args[0])).size());
  if (numbers.dim() != 1 || !counts_from_zero(numbers) || unsqueeze->op.with().at("dim").as_int() != rank) return false;
  become(graph, cast, mase::Chosen("nn.one_hot", {{"num_classes", numbers.size(0)}}), {Argument(unsqueeze->args[0])});
  return true;
}

// A softmax of turned axes, turned back: older exporters have it along the last axis only.
bool merge_turned_softmax(mase::Graph& graph, Node& last) {
  const std::vector<int64_t> order = order_of(&last);
  for (const char* op : {"softmax", "log_softmax"}) {
    const Node* softmax = order.empty() ? nullptr : plain(last.args[0], op);
    const Node* first = softmax ? softmax->args[0].node : nullptr;
    const auto rank = static_cast<int64_t>(order.size());
    if (!first || order_of(first) != order || first->mase_op != "transpose" || last.mase_op != "transpose") continue;
    const int64_t dim = softmax->op.with().at("dim").as_int();
    if (dim != -1 && dim != rank - 1) continue;
    become(graph, last,
           mase::Chosen(mase::format("nn.{}", op), {{"dim", order.back() == rank - 1 ? -1 : order.back()}}),
           {Argument(first->args[0])});
    return true;
  }
  return false;
}

}  // namespace

// An axis that is reduced and put back stays as one.
bool merge_keepdim(mase::Graph& graph, SizeTable&, Node& unsqueeze) {
  Node* reduction = unsqueeze.mase_op == "unsqueeze" && !has_format(unsqueeze) ? unsqueeze.args[0].node : nullptr;
  if (!reduction || unsqueeze.args[0].result != 0 || has_format(*reduction) || only_user(*reduction) != &unsqueeze ||
      reduction->args.size() != 1 || !reduction->args[0].node)
    return false;
  constexpr std::string_view kKept[] = {"sum", "mean", "var", "std", "norm", "amax", "amin", "any", "all", "logsumexp"};
  if (std::find(std::begin(kKept), std::end(kKept), reduction->mase_op) == std::end(kKept)) return false;
  mase::Map with = reduction->op.with();
  const Value *dims = with.find("dim"), *keeps = with.find("keepdim"), *dim = unsqueeze.op.with().find("dim");
  if (!dims || !dims->is_list() || dims->as_list().size() != 1 || !dim || (keeps && keeps->as_bool()) ||
      dims->as_list()[0].as_int() != dim->as_int())
    return false;
  with.set("keepdim", true);
  become(graph, unsqueeze, mase::Chosen(reduction->op.name(), std::move(with)), {Argument(reduction->args[0])});
  return true;
}

bool merge_reduction(mase::Graph& graph, SizeTable& table, Node& last) {
  if (has_format(last) || !last.args[0].node) return false;
  const std::string& op = last.mase_op;
  if (op == "mean" || op.starts_with("adaptive_avg_pool")) return merge_variance(graph, last);
  if (op == "sum") return merge_absolute(graph, last);
  if (op == "div") return merge_correction(graph, table, last);
  if (op == "sqrt" || (op == "pow" && is_number(last.args[1], 0.5))) return merge_root(graph, last);
  if (op == "gt" || op == "logical_not") return merge_quantifier(graph, last);
  if (op == "eq" || op == "ne") return drop_cast(graph, last);
  if (op == "cast") return merge_one_hot(graph, last);
  return merge_turned_softmax(graph, last);
}

}  // namespace models
