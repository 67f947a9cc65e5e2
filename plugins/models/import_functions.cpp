// Functions that decompositions and older exporters write in pieces: softplus, celu, both shrinks, logsumexp.
#include <cmath>

#include "import_simplify.h"

namespace models {

using mase::Argument;
using mase::Node;
using mase::Value;

namespace {

double field_of(const Node& node, const char* name, double otherwise) {
  const Value* value = node.op.with().find(name);
  return value && value->is_number() ? value->as_double() : otherwise;
}

// A value and what it is multiplied with.
struct Scaled {
  Argument value;
  double factor = 1;
};

Scaled scaled_value(const Argument& arg) {
  if (const Node* product = plain(arg, "mul"))
    for (const size_t side : {size_t{0}, size_t{1}})
      if (const auto factor = number(product->args[side]); factor && product->args[1 - side].node)
        return {product->args[1 - side], *factor};
  if (const Node* quotient = plain(arg, "div"); quotient && quotient->op.with().empty())
    if (const auto divisor = number(quotient->args[1]); divisor && quotient->args[0].node)
      return {quotient->args[0], 1 / *divisor};
  return {arg, 1};
}

bool is_close(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }

// `arg` is log(1 + exp(beta x)) / beta, as an operator up to its threshold or written out; then beta.
std::optional<double> softplus_of(const Argument& arg, const Argument& x) {
  const Scaled outer = scaled_value(arg);
  if (const Node* whole = plain(outer.value, "softplus"); whole && field_of(*whole, "threshold", 20) == 20) {
    const Scaled inner = scaled_value(whole->args[0]);
    const double beta = inner.factor * field_of(*whole, "beta", 1);
    const double scale = outer.factor / field_of(*whole, "beta", 1);
    return is_same(inner.value, x) && is_close(beta * scale, 1) ? std::optional(beta) : std::nullopt;
  }
  const Node* log = plain(outer.value, "log1p");
  const Node* power = log ? plain(log->args[0], "exp") : nullptr;
  if (!power) return std::nullopt;
  const Scaled inner = scaled_value(power->args[0]);
  return is_same(inner.value, x) && is_close(inner.factor * outer.factor, 1) ? std::optional(inner.factor)
                                                                             : std::nullopt;
}

// x where beta x is beyond the threshold, and its softplus elsewhere.
bool is_softplus(const Node& where, mase::Map& with) {
  const Node* above = plain(where.args[0], "gt");
  const auto threshold = above ? number(above->args[1]) : std::nullopt;
  const Argument& x = where.args[1];
  if (!threshold || *threshold > 20 || !x.node) return false;
  const auto beta = softplus_of(where.args[2], x);
  const Scaled compared = scaled_value(above->args[0]);
  if (!beta || *beta <= 0 || !is_same(compared.value, x) || !is_close(compared.factor, *beta)) return false;
  if (*beta != 1) with.set("beta", *beta);
  if (*threshold != 20) with.set("threshold", *threshold);
  return true;
}

// x where it is positive, and alpha expm1(x / alpha) elsewhere.
bool is_celu(const Node& where, mase::Map& with) {
  const Node* above = plain(where.args[0], "gt");
  const Argument& x = where.args[1];
  if (!above || !x.node || !is_same(above->args[0], x) || number(above->args[1]) != 0.0) return false;
  const Scaled outer = scaled_value(where.args[2]);
  const Node* power = plain(outer.value, "expm1");
  const Scaled inner = power ? scaled_value(power->args[0]) : Scaled();
  if (!power || !is_same(inner.value, x) || outer.factor <= 0 || !is_close(inner.factor * outer.factor, 1))
    return false;
  if (outer.factor != 1) with.set("alpha", outer.factor);
  return true;
}

// The value and the number that `op` compares: x > n as it stands.
std::optional<std::pair<Argument, double>> compared(const Argument& condition, std::string_view op) {
  const Node* node = plain(condition, op);
  const auto limit = node ? number(node->args[1]) : std::nullopt;
  if (!limit || !node->args[0].node) return std::nullopt;
  return std::pair(node->args[0], *limit);
}

// x of |x|.
const Argument* inside_abs(const Argument& arg) {
  const Node* node = plain(arg, "abs");
  return node && node->args[0].node ? &node->args[0] : nullptr;
}

// Zero near zero, x elsewhere: where(|x| <= lambd, 0, x), or where(x > lambd or x < -lambd, x, 0). Then x.
std::optional<std::pair<Argument, double>> hardshrink_of(const Node& where) {
  if (const auto near = compared(where.args[0], "le")) {
    const Argument* x = inside_abs(near->first);
    if (x && is_same(*x, where.args[2]) && number(where.args[1]) == 0.0) return std::pair(*x, near->second);
  }
  const Node* either = plain(where.args[0], "logical_or");
  const auto above = either ? compared(either->args[0], "gt") : std::nullopt,
             below = either ? compared(either->args[1], "lt") : std::nullopt;
  if (!above || !below || !is_same(above->first, below->first) || above->second != -below->second ||
      !is_same(above->first, where.args[1]) || number(where.args[2]) != 0.0)
    return std::nullopt;
  return above;
}

// x without lambd in the direction of its sign: where(|x| > lambd, x - sign(x) lambd, 0 or 0 x).
std::optional<std::pair<Argument, double>> softshrink_of(const Node& where) {
  const auto far = compared(where.args[0], "gt");
  const Argument* x = far ? inside_abs(far->first) : nullptr;
  const Node* moved = x ? plain(where.args[1], "sub") : nullptr;
  if (!moved || !is_same(moved->args[0], *x)) return std::nullopt;
  const Scaled step = scaled_value(moved->args[1]), rest = scaled_value(where.args[2]);
  const Node* sign = plain(step.value, "sign");
  const bool is_zero = number(where.args[2]) == 0.0 || (rest.factor == 0 && is_same(rest.value, *x));
  if (!sign || !is_same(sign->args[0], *x) || !is_close(step.factor, far->second) || !is_zero) return std::nullopt;
  return std::pair(*x, far->second);
}

// One side of softshrink: where(x > lambd, x - lambd, 0), or where(x < -lambd, x + lambd, 0).
std::optional<std::pair<Argument, double>> side_of(const Argument& arg, const char* comparison) {
  const Node* where = plain(arg, "where");
  const auto beyond = where ? compared(where->args[0], comparison) : std::nullopt;
  if (!beyond || number(where->args[2]) != 0.0) return std::nullopt;
  const Node *sub = plain(where->args[1], "sub"), *add = plain(where->args[1], "add");
  const Node* moved = sub ? sub : add;
  const auto step = moved ? number(moved->args[1]) : std::nullopt;
  if (!step || !is_same(moved->args[0], beyond->first) || (sub ? -*step : *step) != -beyond->second)
    return std::nullopt;
  return beyond;
}

bool merge_shrink(mase::Graph& graph, Node& last) {
  std::optional<std::pair<Argument, double>> found;
  std::string op = "nn.softshrink";
  if (last.mase_op == "add") {
    const auto above = side_of(last.args[0], "gt"), below = side_of(last.args[1], "lt");
    if (above && below && is_same(above->first, below->first) && above->second == -below->second) found = above;
  } else {
    found = softshrink_of(last);
    if (!found && (found = hardshrink_of(last))) op = "nn.hardshrink";
  }
  if (!found || found->second < 0) return false;
  mase::Map with;
  if (found->second != 0.5) with.set("lambd", found->second);
  become(graph, last, mase::Chosen(op, std::move(with)), {found->first});
  return true;
}

// minimum(0, x) - log(1 + exp(-|x|)).
bool merge_stable_logsigmoid(mase::Graph& graph, Node& last) {
  const Node *least = plain(last.args[0], "minimum"), *log = plain(last.args[1], "log1p");
  const Node* power = log ? plain(log->args[0], "exp") : nullptr;
  const Node* minus = power ? plain(power->args[0], "neg") : nullptr;
  const Argument* x = minus ? inside_abs(minus->args[0]) : nullptr;
  if (!least || !x) return false;
  for (const size_t side : {size_t{0}, size_t{1}})
    if (number(least->args[side]) == 0.0 && is_same(least->args[1 - side], *x)) {
      become(graph, last, mase::Chosen("nn.logsigmoid"), {Argument(*x)});
      return true;
    }
  return false;
}

// The largest elements, with zeros for infinite ones: where(|amax| == inf, 0, amax). Then amax.
const Node* finite_maximum(const Argument& arg) {
  const Node* where = plain(arg, "where");
  const Node* most = where ? plain(where->args[2], "amax") : nullptr;
  const Node* equal = most ? plain(where->args[0], "eq") : nullptr;
  const Argument* inside = equal ? inside_abs(equal->args[0]) : nullptr;
  const bool fits = inside && inside->node == most && number(equal->args[1]) == HUGE_VAL;
  return fits && number(where->args[1]) == 0.0 ? most : nullptr;
}

// log(sum(exp(x - m))) + m, where m is the largest element.
bool merge_logsumexp(mase::Graph& graph, Node& last) {
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const Node* log = plain(last.args[side], "log");
    const Node* sum = log ? plain(log->args[0], "sum") : nullptr;
    const Node* power = sum ? plain(sum->args[0], "exp") : nullptr;
    const Node* rest = power ? plain(power->args[0], "sub") : nullptr;
    const Node* most = rest ? finite_maximum(rest->args[1]) : nullptr;
    if (!most || !most->args[0].node || !is_same(rest->args[0], most->args[0])) continue;
    const Argument& added = last.args[1 - side];
    const bool is_added = is_same(added, rest->args[1]) ||
                          (added.node && is_reshape(*added.node) && is_same(added.node->args[0], rest->args[1]));
    const Value *dims = sum->op.with().find("dim"), *others = most->op.with().find("dim");
    if (!is_added || !dims || !others || !(*dims == *others)) continue;
    become(graph, last, mase::Chosen("nn.logsumexp", sum->op.with()), {Argument(most->args[0])});
    return true;
  }
  return false;
}

}  // namespace

// Zero where x is at most zero is relu; a number added to -x is the number less x.
bool merge_choice(mase::Graph& graph, SizeTable&, Node& last) {
  if (has_format(last)) return false;
  if (last.mase_op == "where") {
    const auto below = compared(last.args[0], "le");
    if (!below || below->second != 0 || number(last.args[1]) != 0.0 || !is_same(below->first, last.args[2]))
      return false;
    become(graph, last, mase::Chosen("nn.relu"), {Argument(last.args[2])});
    return true;
  }
  const Node* minus = last.mase_op == "add" && number(last.args[1]) ? plain(last.args[0], "neg") : nullptr;
  if (!minus || !minus->args[0].node) return false;
  become(graph, last, mase::Chosen("nn.sub"), {Argument(last.args[1]), Argument(minus->args[0])});
  return true;
}

bool merge_function(mase::Graph& graph, SizeTable&, Node& last) {
  if (has_format(last)) return false;
  if (last.mase_op == "sub") return merge_stable_logsigmoid(graph, last);
  if (last.mase_op == "add") return merge_logsumexp(graph, last) || merge_shrink(graph, last);
  if (last.mase_op == "div" || last.mase_op == "mul") {
    const Argument x = scaled_value(Argument(&last)).value;
    const Node* whole = plain(x, "softplus");
    const Scaled inner = whole ? scaled_value(whole->args[0]) : Scaled();
    const auto beta = inner.value.node ? softplus_of(Argument(&last), inner.value) : std::nullopt;
    if (!beta || *beta <= 0 || *beta == 1) return false;
    become(graph, last, mase::Chosen("nn.softplus", {{"beta", *beta}}), {inner.value});
    return true;
  }
  if (last.mase_op != "where") return false;
  mase::Map with;
  const Argument x = last.args[1];
  if (is_softplus(last, with)) {
    become(graph, last, mase::Chosen("nn.softplus", std::move(with)), {x});
    return true;
  }
  if (is_celu(last, with)) {
    become(graph, last, mase::Chosen("nn.celu", std::move(with)), {x});
    return true;
  }
  return merge_shrink(graph, last);
}

}  // namespace models
