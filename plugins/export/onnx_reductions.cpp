// Reductions in ONNX: sums, extremes, norms, variances.
#include <cmath>

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

// The axes of a reduction: a list, a number, or null for all.
std::vector<int64_t> reduced_axes(OnnxEmit& e) {
  const Value* dim = e.fields.find("dim");
  if (!dim || dim->is_null()) return {};
  std::vector<int64_t> axes = e.list("dim");
  for (int64_t& a : axes) a += a < 0 ? e.rank(0) : 0;
  return axes;
}

bool keepdim(OnnxEmit& e) { return e.fields.find("keepdim") && e.flag("keepdim"); }

Names reduction(OnnxEmit& e) {
  constexpr const char* kNamesOf[][2] = {{"sum", "ReduceSum"},   {"mean", "ReduceMean"},
                                         {"prod", "ReduceProd"}, {"amax", "ReduceMax"},
                                         {"amin", "ReduceMin"},  {"logsumexp", "ReduceLogSumExp"}};
  for (const auto& [ours, theirs] : kNamesOf)
    if (e.node.mase_op == ours) return {e.reduce(theirs, e.in(0, e.result_dtype()), reduced_axes(e), keepdim(e))};
  throw NoCounterpart{};
}

// Of conditions as integers: the least of all is 1, or the greatest of any.
Names all_or_any(OnnxEmit& e) {
  const std::string ones = e.cast(e.in(0, "bool"), "int32");
  return {
      e.cast(e.reduce(e.node.mase_op == "all" ? "ReduceMin" : "ReduceMax", ones, reduced_axes(e), keepdim(e)), "bool")};
}

Names arg_extreme(OnnxEmit& e) {
  const char* op = e.node.mase_op == "argmax" ? "ArgMax" : "ArgMin";
  if (!e.is_null("dim")) return {e.add(op, {e.in(0)}, {{"axis", e.axis("dim", e.rank(0))}, {"keepdims", keepdim(e)}})};
  const std::string flat = e.reshape(e.in(0), {-1});
  return {e.add(op, {flat}, {{"axis", 0}, {"keepdims", 0}})};
}

bool is_used(const OnnxEmit& e, int result) {
  for (const Node* user : e.node.users())
    for (const Argument& a : user->args)
      if (a.node == &e.node && a.result == result) return true;
  return false;
}

// The extreme, and its place where someone asks for it.
Names extreme_with_place(OnnxEmit& e) {
  const bool is_max = e.node.mase_op == "max";
  const int64_t axis = e.axis("dim", e.rank(0));
  const std::string x = e.in(0);
  Names results = {e.reduce(is_max ? "ReduceMax" : "ReduceMin", x, {axis}, e.flag("keepdim"))};
  if (is_used(e, 1))
    results.push_back(e.add(is_max ? "ArgMax" : "ArgMin", {x}, {{"axis", axis}, {"keepdims", e.flag("keepdim")}}));
  return results;
}

Names topk(OnnxEmit& e) {
  return e.out.add_all(
      e.node.name, "TopK", {e.in(0), e.integers({e.integer("k")})},
      {{"axis", e.axis("dim", e.rank(0))}, {"largest", e.flag("largest")}, {"sorted", e.flag("sorted")}}, 2);
}

Names norm(OnnxEmit& e) {
  const Value& given = e.fields.at("p");  // saved graphs have a word for infinity
  const double infinity = given.is_string() && given.as_string() == "-inf" ? -HUGE_VAL : HUGE_VAL;
  const double p = given.is_string() ? infinity : given.as_double();
  const std::vector<int64_t> axes = reduced_axes(e);
  const std::string x = e.in(0);
  if (p == 1 || p == 2) return {e.reduce(p == 1 ? "ReduceL1" : "ReduceL2", x, axes, keepdim(e))};
  const std::string magnitudes = e.add("Abs", {x});
  if (std::isinf(p)) return {e.reduce(p > 0 ? "ReduceMax" : "ReduceMin", magnitudes, axes, keepdim(e))};
  if (p == 0) {
    const std::string some = e.add("Greater", {magnitudes, e.number(0)});
    return {e.reduce("ReduceSum", e.cast(some, e.result_dtype()), axes, keepdim(e))};
  }
  const std::string sum = e.reduce("ReduceSum", e.add("Pow", {magnitudes, e.number(p)}), axes, keepdim(e));
  return {e.add("Pow", {sum, e.number(1 / p)})};
}

// The mean of squares around the mean, over fewer elements than there are.
Names variance(OnnxEmit& e) {
  const Shape shape = e.shape(0);
  std::vector<int64_t> axes = reduced_axes(e);
  if (axes.empty())
    for (int64_t i = 0; i < e.rank(0); ++i) axes.push_back(i);
  double count = 1;
  bool has_batch = false;
  for (const int64_t a : axes) has_batch |= a == 0, count *= static_cast<double>(shape.at(static_cast<size_t>(a)));
  const double correction = e.real("correction");
  if (has_batch && correction != 0) throw NoCounterpart{"what it divides by depends on the batch"};
  const std::string x = e.in(0), centred = e.add("Sub", {x, e.reduce("ReduceMean", x, axes, true)});
  std::string y = e.reduce("ReduceMean", e.add("Mul", {centred, centred}), axes, e.flag("keepdim"));
  if (correction != 0) y = e.add("Mul", {y, e.number(count / std::max(count - correction, 0.0))});
  return {e.node.mase_op == "std" ? e.add("Sqrt", {y}) : y};
}

}  // namespace

void add_onnx_reductions(OnnxEmitters& t) {
  for (const char* name : {"sum", "mean", "prod", "amax", "amin", "logsumexp"}) t[name] = reduction;
  t["all"] = t["any"] = all_or_any, t["argmax"] = t["argmin"] = arg_extreme;
  t["max"] = t["min"] = extreme_with_place, t["topk"] = topk, t["norm"] = norm, t["var"] = t["std"] = variance;
}

}  // namespace mase::exporting
