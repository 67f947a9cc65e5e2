// ATen: reductions, extremes and their places, running sums.
#include <algorithm>
#include <cmath>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

// The axes in order, counted from 0; none stands for all of them, as in our operators.
std::vector<int64_t> axes_of(const AtenCall& c, const Wire& x) {
  std::vector<int64_t> axes;
  if (!c.has("dim")) return axes;
  for (const int64_t dim : c.integers("dim")) {
    AtenCall part{c.builder, c.node, c.op, c.target, {{"dim", Size(dim)}}};
    axes.push_back(part.axis("dim", x.rank()));
  }
  std::sort(axes.begin(), axes.end());
  if (x.rank() == 0) axes.clear();
  return axes;
}

bool keeps(const AtenCall& c) { return c.has("keepdim") && c.flag("keepdim"); }

mase::Map reduction_config(const AtenCall& c, const Wire& x) {
  mase::Map with;
  if (const auto axes = axes_of(c, x); !axes.empty()) with.set("dim", mase::Value(axes));
  if (keeps(c)) with.set("keepdim", true);
  return with;
}

AtenHandler reduction(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    Wire x = c.tensor("self");
    if (const auto type = c.dtype("dtype")) x = c.builder.cast(c.node + "_cast", x, *type);
    if (x.usable() && x.dtype() == at::kBool && (op == "sum" || op == "prod"))
      x = c.builder.cast(c.node + "_cast", x, at::kLong);
    if (op == "mean") return {c.builder.mean(c.node, x, axes_of(c, x), keeps(c))};
    return {c.emit(op, {x}, reduction_config(c, x))};
  };
}

mase::Map variance_config(const AtenCall& c, const Wire& x) {
  mase::Map with = reduction_config(c, x);
  double correction = 1;
  if (c.has("correction")) correction = c.number("correction");
  if (c.has("unbiased")) correction = c.flag("unbiased") ? 1 : 0;
  if (correction != static_cast<double>(static_cast<int64_t>(correction))) c.refuse("its correction is no integer");
  if (correction != 1) with.set("correction", static_cast<int64_t>(correction));
  return with;
}

AtenHandler variance(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {c.emit(op, {x}, variance_config(c, x))};
  };
}

// var_mean and std_mean.
AtenHandler variance_and_mean(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    const Wire spread = c.emit(op, {x}, variance_config(c, x));
    return {spread, c.builder.mean(c.node + "_mean", x, axes_of(c, x), keeps(c))};
  };
}

// Of two vectors: the product of both, each divided by its length.
AtenValues cosine(AtenCall& c) {
  Wire x = c.tensor("x1"), y = c.tensor("x2");
  const int64_t axis = c.axis("dim", std::max(x.rank(), y.rank()));
  const auto scaled = [&](const Wire& v, const char* which) {
    const std::string name = mase::format("{}_{}", c.node, which);
    const Wire length = c.builder.call(name + "_norm", "norm", {v}, {{"dim", mase::List{axis}}, {"keepdim", true}});
    return c.builder.binary(name, "div", v, c.builder.clamp(name + "_clamp", length, c.number("eps"), {}));
  };
  const Wire product = c.builder.binary(c.node + "_mul", "mul", scaled(x, "x1"), scaled(y, "x2"));
  return {c.emit("sum", {product}, {{"dim", mase::List{axis}}})};
}

AtenValues distance(AtenCall& c) {
  const Wire way = c.builder.binary(c.node + "_sub", "sub", c.tensor("x1"), c.tensor("x2"));
  mase::Map with{{"dim", mase::List{std::max<int64_t>(way.usable() ? way.rank() - 1 : 0, 0)}}};
  if (keeps(c)) with.set("keepdim", true);
  if (c.number("p") != 2) c.refuse("measures with another norm than 2");
  return {c.emit("norm", {c.builder.binary(c.node + "_eps", "add", way, c.operand("eps", way))}, with)};
}

// max and min: of all elements, along an axis with places, or of two tensors.
AtenHandler extreme(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    if (c.args.contains("a") && c.args.contains("b")) return {python_arithmetic(c)};
    const Wire x = c.tensor("self");
    if (c.has("other")) return {c.builder.binary(c.node, op + "imum", x, c.tensor("other"))};
    if (!c.has("dim")) return {c.emit("a" + op, {x})};
    mase::Map with{{"dim", c.axis("dim", x.rank())}};
    if (keeps(c)) with.set("keepdim", true);
    // Values and places apart, as ONNX has them: what nobody needs goes.
    mase::Map axes = with;
    axes.set("dim", mase::List{c.axis("dim", x.rank())});
    return {c.emit("a" + op, {x}, axes), c.builder.call(c.node + "_indices", "arg" + op, {x}, with)};
  };
}

AtenValues both_extremes(AtenCall& c) {
  const Wire x = c.tensor("self");
  mase::Map with;
  if (c.has("dim")) with.set("dim", mase::List{c.axis("dim", x.rank())});
  if (c.has("dim") && keeps(c)) with.set("keepdim", true);
  return {c.builder.call(c.node + "_min", "amin", {x}, with), c.builder.call(c.node + "_max", "amax", {x}, with)};
}

AtenHandler place(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    mase::Map with;
    if (c.has("dim")) with.set("dim", c.axis("dim", x.rank()));
    if (keeps(c)) with.set("keepdim", true);
    return {c.emit(op, {x}, with)};
  };
}

AtenValues norm(AtenCall& c) {
  Wire x = c.tensor("self");
  if (const auto type = c.dtype("dtype")) x = c.builder.cast(c.node + "_cast", x, *type);
  mase::Map with = reduction_config(c, x);
  const char* const power = c.args.contains("ord") ? "ord" : "p";
  if (c.arg(power).get<std::string>()) c.refuse(mase::format("is the norm '{}'", c.text(power)));
  const double p = c.has(power) ? c.number(power) : 2;
  if (std::isinf(p)) return {c.emit(p > 0 ? "amax" : "amin", {c.builder.call(c.node + "_abs", "abs", {x})}, with)};
  if (p != 2) with.set("p", p == 1 ? mase::Value(1) : mase::Value(p));
  return {c.emit("norm", {x}, with)};
}

// Neighbours' differences along an axis.
AtenValues differences(AtenCall& c) {
  Wire x = c.tensor("self");
  const int64_t axis = c.axis("dim", x.rank()), times = c.integer("n");
  if (x.rank() == 0 || times < 0 || times > 64) c.refuse("takes differences that are not there");
  Wires parts{x};
  if (c.has("prepend")) parts.insert(parts.begin(), c.tensor("prepend"));
  if (c.has("append")) parts.push_back(c.tensor("append"));
  if (parts.size() > 1) x = c.builder.call(c.node + "_cat", "cat", parts, {{"dim", axis}});
  for (int64_t i = 0; i < times; ++i) {
    const Size size = x.size(axis);
    if (!size.fixed() || size.at[0] < 1) c.refuse("takes differences along the batch, or of nothing");
    const std::string name = i + 1 == times ? c.node : mase::format("{}_{}", c.node, i);
    const Wire later = c.builder.slice(name + "_later", x, axis, 1, INT64_MAX, 1);
    const Wire earlier = c.builder.slice(name + "_earlier", x, axis, 0, size.at[0] - 1, 1);
    const bool is_bool = x.dtype() == at::kBool;
    x = is_bool ? c.builder.call(name, "logical_xor", {later, earlier}) : c.builder.binary(name, "sub", later, earlier);
  }
  return {x};
}

AtenValues topk(AtenCall& c) {
  const Wire x = c.tensor("self");
  mase::Map with{{"k", c.integer("k")}, {"dim", c.axis("dim", x.rank())}};
  if (!c.flag("largest")) with.set("largest", false);
  if (!c.flag("sorted")) with.set("sorted", false);
  AtenValues results;
  for (const Wire& wire : c.builder.apply(c.node, mase::Chosen("nn.topk", with), {x})) results.emplace_back(wire);
  return results;
}

// All elements in order, which is what topk of all of them gives.
AtenValues sort(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (c.has("stable") && c.flag("stable")) c.refuse("keeps the order of equal elements");
  if (x.rank() == 0) c.refuse("sorts a scalar");
  const int64_t axis = c.axis("dim", x.rank());
  if (!x.size(axis).fixed()) throw OneBatchOnly{mase::format("node '{}' sorts the batch", c.node)};
  mase::Map with{{"k", x.size(axis).at[0]}, {"dim", axis}};
  if (!c.flag("descending")) with.set("largest", false);
  const Wires results = c.builder.apply(c.node, mase::Chosen("nn.topk", with), {x});
  if (c.base() == "argsort") return {result_of(results, 1)};
  return {result_of(results, 0), result_of(results, 1)};
}

// Sums or products of each element and all before it; of integers in 64 bits.
AtenHandler running(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    Wire x = c.tensor("self");
    const auto type = c.dtype("dtype");
    if (type || (x.usable() && x.dtype() == at::kBool))
      x = c.builder.cast(c.node + "_cast", x, type.value_or(at::kLong));
    return {c.emit(op, {x}, {{"dim", c.axis("dim", x.rank())}})};
  };
}

}  // namespace

void add_aten_reductions(AtenTable& t) {
  for (const char* op : {"sum", "mean", "amax", "amin", "prod", "all", "any", "logsumexp"}) t[op] = reduction(op);
  t["var"] = variance("var"), t["std"] = variance("std");
  t["var_mean"] = variance_and_mean("var"), t["std_mean"] = variance_and_mean("std");
  t["max"] = extreme("max"), t["min"] = extreme("min");
  t["argmax"] = place("argmax"), t["argmin"] = place("argmin");
  t["norm"] = t["linalg_vector_norm"] = t["frobenius_norm"] = norm, t["topk"] = topk;
  t["sort"] = t["argsort"] = sort, t["aminmax"] = both_extremes;
  t["cosine_similarity"] = cosine, t["pairwise_distance"] = distance;
  t["linalg_norm"] = [](AtenCall& c) -> AtenValues {
    if (c.has("dim") && c.integers("dim").size() > 1) c.refuse("is the norm of matrices");
    return norm(c);
  };
  t["cumsum"] = running("cumsum"), t["cumprod"] = running("cumprod");
  t["diff"] = differences;
  t["one_hot"] = [](AtenCall& c) -> AtenValues {
    if (c.integer("num_classes") < 1) c.refuse("takes the number of classes from the values");
    return {c.emit("one_hot", {c.tensor("self")}, {{"num_classes", c.integer("num_classes")}})};
  };
}

}  // namespace models
