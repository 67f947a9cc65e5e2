// ATen: arithmetic, comparisons, logic and functions of elements.
#include <ATen/ops/bitwise_and.h>
#include <ATen/ops/bitwise_or.h>
#include <ATen/ops/bitwise_xor.h>

#include <cmath>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

bool is_python(const AtenCall& call) { return call.args.contains("a") && call.args.contains("b"); }

// Both operands, a number as the other's type asks.
std::pair<Wire, Wire> operands(const AtenCall& call, const char* first = "self", const char* second = "other") {
  const bool number_first = !call.arg(first).get<Wire>();
  const Wire a = number_first ? ImportBuilder::absent() : call.tensor(first);
  const Wire b = call.operand(second, a);
  return {number_first ? call.operand(first, b) : a, b};
}

// `b` times alpha, as add and sub have it.
Wire scaled(const AtenCall& call, const Wire& b) {
  if (!call.has("alpha")) return b;
  if (const auto* size = call.arg("alpha").get<Size>(); size && *size == Size(1)) return b;
  if (call.number("alpha") == 1) return b;
  return call.builder.binary(call.node + "_alpha", "mul", b, call.operand("alpha", b));
}

AtenHandler arithmetic(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    if (is_python(c)) return {python_arithmetic(c)};
    auto [a, b] = operands(c);
    return {c.builder.binary(c.node, op, a, scaled(c, b))};
  };
}

AtenValues quotient(AtenCall& c) {
  if (is_python(c)) return {python_arithmetic(c)};
  const auto [a, b] = operands(c);
  mase::Map with;
  if (c.base() == "floor_divide") with.set("rounding_mode", "floor");
  if (c.has("rounding_mode")) with.set("rounding_mode", c.text("rounding_mode"));
  return {c.builder.binary(c.node, "div", a, b, with)};
}

// The remainder with the first operand's sign.
AtenValues truncated_remainder(AtenCall& c) {
  const auto [a, b] = operands(c);
  const Wire turns = c.builder.binary(c.node + "_div", "div", a, b, {{"rounding_mode", "trunc"}});
  return {c.builder.binary(c.node, "sub", a, c.builder.binary(c.node + "_mul", "mul", turns, b))};
}

AtenValues power(AtenCall& c) {
  if (is_python(c)) return {python_arithmetic(c)};
  const auto [a, b] = operands(c, "self", "exponent");
  return {c.builder.pow(c.node, a, b)};
}

// Logic on truth values; on integers only where all of them are known.
AtenHandler logic(const char* op, at::Tensor (*on_integers)(const at::Tensor&, const at::Tensor&)) {
  return [op = std::string(op), on_integers](AtenCall& c) -> AtenValues {
    const Wire a = c.tensor("self"), b = c.tensor("other");
    const auto is_bool = [](const Wire& w) { return w.absent() || w.dtype() == at::kBool; };
    if (c.base().find("logical") != std::string::npos || (is_bool(a) && is_bool(b)))
      return {c.builder.binary(c.node, op, a, b)};
    if (!a.known() || !b.known()) c.refuse("combines the bits of integers that are computed when the model runs");
    Wire result = ImportBuilder::known(on_integers(a.trace[0], b.trace[0]));
    result.trace[1] = on_integers(a.trace[1], b.trace[1]);
    return {result};
  };
}

AtenHandler unary(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues { return {c.emit(op, {c.tensor("self")})}; };
}

// One number at each limit.
AtenValues clamp(AtenCall& c) {
  const Wire x = c.tensor("self");
  mase::Value low, high;
  Wire result = x;
  for (const char* limit : {"min", "max"}) {
    if (!c.has(limit)) continue;
    const auto* wire = c.arg(limit).get<Wire>();
    if (wire && !(wire->known() && wire->trace[0].numel() == 1 && wire->rank() <= x.rank())) {
      result = c.emit(limit == std::string("min") ? "maximum" : "minimum", {result, *wire});
    } else if (const auto* size = c.arg(limit).get<Size>(); size && size->fixed()) {
      (limit == std::string("min") ? low : high) = mase::Value(size->at[0]);
    } else {
      (limit == std::string("min") ? low : high) = mase::Value(c.number(limit));
    }
  }
  return {c.builder.clamp(c.node, result, low, high)};
}

AtenValues masked_fill(AtenCall& c) {
  const Wire x = c.tensor("self"), mask = c.tensor("mask");
  const Wire value = c.operand("value", x);
  const Wire same = value.known() && x.usable() ? c.builder.cast(c.node + "_value", value, x.dtype()) : value;
  return {c.builder.where(c.node, mask, same, x)};
}

AtenValues where(AtenCall& c) {
  if (!c.has("self")) c.refuse("lists places that depend on values");
  const auto [a, b] = operands(c);
  return {c.builder.where(c.node, c.tensor("condition"), a, b)};
}

// Every way to convert: the type is in dtype, or is another tensor's.
AtenValues convert(AtenCall& c) {
  const Wire x = c.tensor("self");
  std::optional<at::ScalarType> type = c.dtype("dtype");
  if (!type && c.has("other")) type = c.tensor("other").dtype();
  return {type ? c.builder.cast(c.node, x, *type) : x};
}

AtenHandler convert_to(at::ScalarType type) {
  return [type](AtenCall& c) -> AtenValues { return {c.builder.cast(c.node, c.tensor("self"), type)}; };
}

AtenValues add_product(AtenCall& c) {
  const Wire x = c.tensor("self");
  const std::string op = c.base() == "addcdiv" ? "div" : "mul";
  Wire product = c.builder.binary(c.node + "_" + op, op, c.tensor("tensor1"), c.tensor("tensor2"));
  if (c.number("value") != 1)
    product = c.builder.binary(c.node + "_value", "mul", product, c.operand("value", product));
  return {c.builder.binary(c.node, "add", x, product)};
}

Wire beside(const AtenCall& c, double value, const Wire& x) {
  AtenCall part{c.builder, c.node, c.op, c.target, {{"value", value}}};
  return part.operand("value", x);
}

// The way from `self` to `end`, as far as `weight` says.
AtenValues interpolated(AtenCall& c) {
  const Wire from = c.tensor("self");
  const Wire way = c.builder.binary(c.node + "_way", "sub", c.tensor("end"), from);
  return {
      c.builder.binary(c.node, "add", from, c.builder.binary(c.node + "_part", "mul", way, c.operand("weight", way)))};
}

// Functions that others make up.
void add_combined(AtenTable& t) {
  t["lerp"] = interpolated;
  t["frac"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {c.builder.binary(c.node, "sub", x, c.builder.call(c.node + "_trunc", "trunc", {x}))};
  };
  t["exp2"] = t["special_exp2"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {c.emit("pow", {beside(c, 2, x), x})};
  };
  t["log10"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {c.builder.binary(c.node, "div", c.builder.call(c.node + "_log", "log", {x}), beside(c, M_LN10, x))};
  };
  t["erfc"] = t["special_erfc"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {c.builder.binary(c.node, "sub", beside(c, 1, x), c.builder.call(c.node + "_erf", "erf", {x}))};
  };
  t["isfinite"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    const Wire number = c.builder.binary(c.node + "_number", "eq", x, x);
    const Wire most = c.builder.call(c.node + "_abs", "abs", {x});
    return {c.builder.binary(c.node, "logical_and", number,
                             c.builder.binary(c.node + "_finite", "ne", most, beside(c, HUGE_VAL, x)))};
  };
}

// What converts, and what hands its input on.
void add_copies(AtenTable& t) {
  t["to"] = t["_to_copy"] = t["type_as"] = t["_to_cpu"] = convert;
  t["float"] = convert_to(at::kFloat), t["double"] = convert_to(at::kDouble), t["long"] = convert_to(at::kLong);
  t["int"] = convert_to(at::kInt), t["bool"] = convert_to(at::kBool), t["half"] = convert_to(at::kHalf);
  for (const char* op : {"contiguous", "detach", "clone", "alias", "lift_fresh", "lift_fresh_copy", "lift", "cpu",
                         "positive", "resolve_conj", "resolve_neg"})
    t[op] = [](AtenCall& c) -> AtenValues { return {c.tensor("self")}; };
  t["convert_element_type"] = [](AtenCall& c) -> AtenValues {
    return {c.builder.cast(c.node, c.tensor("a"), c.dtype("dtype").value_or(c.tensor("a").dtype()))};
  };
  t["dropout"] = t["feature_dropout"] = t["alpha_dropout"] = t["feature_alpha_dropout"] =
      t["native_dropout"] = [](AtenCall& c) -> AtenValues {
    const std::string input = c.args.contains("input") ? "input" : "self";
    const bool trains = c.has("train") && c.flag("train");
    if (trains && c.number("p") > 0)
      c.refuse("drops elements as in training", "call model.eval() before exporting the model");
    return {c.tensor(input)};
  };
}

void add_operations(AtenTable& t) {
  t["add"] = t["_add"] = arithmetic("add"), t["sub"] = t["subtract"] = arithmetic("sub");
  t["mul"] = t["multiply"] = arithmetic("mul"), t["remainder"] = arithmetic("remainder");
  for (const char* op : {"eq", "ne", "lt", "le", "gt", "ge"}) t[op] = arithmetic(op);
  t["maximum"] = arithmetic("maximum"), t["minimum"] = arithmetic("minimum");
  t["max.other"] = t["maximum"], t["min.other"] = t["minimum"];
  t["max.int"] = t["max.float"] = t["min.int"] =
      t["min.float"] = [](AtenCall& c) -> AtenValues { return {python_arithmetic(c)}; };
  t["rsub"] = [](AtenCall& c) -> AtenValues {
    const auto [a, b] = operands(c);
    return {c.builder.binary(c.node, "sub", b, scaled(c, a))};
  };
  t["div"] = t["divide"] = t["true_divide"] = t["floor_divide"] = quotient;
  t["pow"] = power, t["fmod"] = truncated_remainder;
  t["square"] = [](AtenCall& c) -> AtenValues { return {c.emit("mul", {c.tensor("self"), c.tensor("self")})}; };
  t["addcmul"] = t["addcdiv"] = add_product;
}

void add_logic(AtenTable& t) {
  t["logical_and"] = t["bitwise_and"] = t["__and__"] =
      logic("logical_and", [](const at::Tensor& a, const at::Tensor& b) { return at::bitwise_and(a, b); });
  t["logical_or"] = t["bitwise_or"] = t["__or__"] =
      logic("logical_or", [](const at::Tensor& a, const at::Tensor& b) { return at::bitwise_or(a, b); });
  t["logical_xor"] = t["bitwise_xor"] = t["__xor__"] =
      logic("logical_xor", [](const at::Tensor& a, const at::Tensor& b) { return at::bitwise_xor(a, b); });
  t["logical_not"] = unary("logical_not");
  t["bitwise_not"] = [](AtenCall& c) -> AtenValues {
    if (c.tensor("self").dtype() != at::kBool) c.refuse("turns the bits of integers around");
    return {c.emit("logical_not", {c.tensor("self")})};
  };
}

}  // namespace

void add_aten_elementwise(AtenTable& t) {
  add_operations(t), add_logic(t), add_combined(t);
  for (const char* op : {"abs",        "acos",  "asin",  "atan",  "ceil", "cos",   "cosh", "erf",  "exp",
                         "expm1",      "floor", "isinf", "isnan", "log",  "log1p", "log2", "neg",  "round",
                         "reciprocal", "rsqrt", "sign",  "sin",   "sinh", "sqrt",  "tan",  "trunc"})
    t[op] = unary(op);
  t["round.decimals"] = [](AtenCall& c) -> AtenValues {
    if (c.integer("decimals") != 0) c.refuse("rounds to decimals");
    return {c.emit("round", {c.tensor("self")})};
  };
  t["absolute"] = t["abs"], t["negative"] = t["neg"], t["sgn"] = t["sign"], t["fix"] = t["trunc"];
  t["special_erf"] = t["erf"], t["special_expm1"] = t["expm1"], t["special_log1p"] = t["log1p"];
  t["clamp"] = t["clip"] = t["clamp_min"] = t["clamp_max"] = clamp;
  t["masked_fill"] = masked_fill, t["where"] = where;
  add_copies(t);
}

}  // namespace models
