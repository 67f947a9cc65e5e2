// ONNX's reductions along axes.
#include <algorithm>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

using mase::Map;

// The axes that go, from an attribute or an input; all of them where none is given.
std::optional<std::vector<int64_t>> axes_of(const Node& n, int64_t rank) {
  auto axes = n.integers("axes", 1);
  if (!axes || axes->empty()) {
    if (n.integer("noop_with_empty_axes", 0)) return std::nullopt;
    axes.emplace();
    for (int64_t i = 0; i < rank; ++i) axes->push_back(i);
  }
  for (int64_t& axis : *axes) axis = n.axis(axis, rank);
  std::sort(axes->begin(), axes->end());
  return axes;
}

Wire reduce(const Node& n, const std::string& name, const char* op, const Wire& x, const std::vector<int64_t>& axes) {
  const bool keep = n.integer("keepdims", 1);
  if (axes.empty()) return x;
  if (std::string_view(op) == "mean") return n.build().mean(name, x, axes, keep);
  return n.build().call(name, op, {x}, {{"dim", mase::Value(axes)}, {"keepdim", keep}});
}

Handler reduction(const char* op) {
  return [op](const Node& n) -> Values {
    const Wire x = n.in(0);
    const auto axes = axes_of(n, x.rank());
    return {axes ? reduce(n, n.name(), op, x, *axes) : x};
  };
}

// A reduction with something before or behind it.
Handler around(const char* before, const char* after) {
  return [before, after](const Node& n) -> Values {
    ImportBuilder& b = n.build();
    const Wire x = n.in(0);
    const auto axes = axes_of(n, x.rank());
    if (!axes) throw Unsupported{"it has no axes, and shall do nothing then"};
    Wire inner = x;
    if (before)
      inner = std::string_view(before) == "mul" ? b.call(n.name() + "_square", "mul", {x, x})
                                                : b.call(mase::format("{}_{}", n.name(), before), before, {x});
    const Wire sum = reduce(n, after ? n.name() + "_sum" : n.name(), "sum", inner, *axes);
    return {after ? b.call(n.name(), after, {sum}) : sum};
  };
}

Handler norm_of(int64_t p, const Handler& of_integers) {
  return [p, of_integers](const Node& n) -> Values {
    const Wire x = n.in(0);
    const auto axes = axes_of(n, x.rank());
    if (!axes || axes->empty() || !at::isFloatingType(x.dtype())) return of_integers(n);
    Map with{{"dim", mase::Value(*axes)}, {"keepdim", n.integer("keepdims", 1) != 0}};
    if (p != 2) with.set("p", p);
    return {n.build().call(n.name(), "norm", {x}, with)};
  };
}

Handler place_of(const char* op) {
  return [op](const Node& n) -> Values {
    if (n.integer("select_last_index", 0)) throw Unsupported{"it takes the last of equal values"};
    const Wire x = n.in(0);
    const int64_t axis = n.axis(n.integer("axis", 0), x.rank());
    return {n.build().call(n.name(), op, {x}, {{"dim", axis}, {"keepdim", n.integer("keepdims", 1) != 0}})};
  };
}

Handler running(const char* op) {
  return [op](const Node& n) -> Values {
    if (n.integer("exclusive", 0) || n.integer("reverse", 0)) throw Unsupported{"it is exclusive or in reverse"};
    const Wire x = n.in(0);
    const int64_t axis = n.axis(static_cast<int64_t>(n.number(1, "axis")), x.rank());
    return {n.build().call(n.name(), op, {x}, {{"dim", axis}})};
  };
}

Values topk(const Node& n) {
  const Wire x = n.in(0);
  const int64_t axis = n.axis(n.integer("axis", -1), x.rank());
  const int64_t k = n.has(1) ? static_cast<int64_t>(n.number(1, "k")) : n.integer("k", 1);
  const Wires results = n.build().apply(n.name(),
                                        mase::Chosen("nn.topk", {{"k", k},
                                                                 {"dim", axis},
                                                                 {"largest", n.integer("largest", 1) != 0},
                                                                 {"sorted", n.integer("sorted", 1) != 0}}),
                                        {x});
  return {result_of(results, 0), result_of(results, 1)};
}

}  // namespace

void add_reductions(Table& t) {
  t["ReduceSum"] = reduction("sum"), t["ReduceMean"] = reduction("mean"), t["ReduceProd"] = reduction("prod");
  t["ReduceMax"] = reduction("amax"), t["ReduceMin"] = reduction("amin");
  t["ReduceL1"] = norm_of(1, around("abs", nullptr)), t["ReduceL2"] = norm_of(2, around("mul", "sqrt"));
  t["ReduceSumSquare"] = around("mul", nullptr), t["ReduceLogSum"] = around(nullptr, "log");
  t["ReduceLogSumExp"] = reduction("logsumexp");
  t["ArgMax"] = place_of("argmax"), t["ArgMin"] = place_of("argmin");
  t["CumSum"] = running("cumsum"), t["CumProd"] = running("cumprod"), t["TopK"] = topk;
}

}  // namespace models::onnx
