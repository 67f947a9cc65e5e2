// Arithmetic, comparisons and choices in ONNX, whose operators want inputs of one type.
#include <algorithm>

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

bool is_float(const std::string& dtype) { return dtype.find("float") != std::string::npos; }

// The type that two operands meet in, as in PyTorch: a number does not widen a tensor of its kind.
std::string common(const OnnxEmit& e, size_t a, size_t b) {
  const auto rank_of = [&](size_t i) {
    const std::string d = e.dtype(i);
    if (!d.empty()) return d;
    const Value& v = e.node.args[i].constant;
    return std::string(v.is_bool() ? "bool" : v.is_int() ? "" : "float32");
  };
  const std::string x = rank_of(a), y = rank_of(b);
  constexpr const char* kOrder[] = {"float64", "float32", "float16", "bfloat16", "int64",
                                    "int32",   "int16",   "int8",    "uint8"};
  for (const char* type : kOrder)
    if (x == type || y == type) return type;
  return x == "bool" && y == "bool" ? "bool" : "int64";
}

Names binary(OnnxEmit& e) {
  constexpr const char* kNamesOf[][2] = {
      {"add", "Add"}, {"sub", "Sub"}, {"mul", "Mul"}, {"maximum", "Max"}, {"minimum", "Min"}};
  const std::string type = common(e, 0, 1);
  for (const auto& [ours, theirs] : kNamesOf)
    if (e.node.mase_op == ours) return {e.add(theirs, {e.in(0, type), e.in(1, type)})};
  throw NoCounterpart{};
}

Names div(OnnxEmit& e) {
  const std::string mode = e.fields.find("rounding_mode") ? e.fields.at("rounding_mode").as_string() : "none";
  std::string type = common(e, 0, 1);
  if (!is_float(type)) {
    if (mode != "none") throw NoCounterpart{"it divides integers with a rounding mode that ONNX's Div lacks"};
    type = "float32";
  }
  const std::string quotient = e.add("Div", {e.in(0, type), e.in(1, type)});
  if (mode == "floor") return {e.add("Floor", {quotient})};
  if (mode == "trunc") return {e.add("Mul", {e.add("Sign", {quotient}), e.add("Floor", {e.add("Abs", {quotient})})})};
  return {quotient};
}

Names pow_of(OnnxEmit& e) {
  const std::string type = common(e, 0, 1);
  return {e.add("Pow", {e.in(0, type), e.in(1, type)})};
}

Names remainder(OnnxEmit& e) {
  const std::string type = common(e, 0, 1);
  if (!is_float(type)) return {e.add("Mod", {e.in(0, type), e.in(1, type)})};
  const std::string a = e.in(0, type), b = e.in(1, type);  // a - floor(a / b) b
  return {e.add("Sub", {a, e.add("Mul", {e.add("Floor", {e.add("Div", {a, b})}), b})})};
}

Names compare(OnnxEmit& e) {
  constexpr const char* kNamesOf[][2] = {{"eq", "Equal"},          {"ne", "Equal"}, {"gt", "Greater"},
                                         {"ge", "GreaterOrEqual"}, {"lt", "Less"},  {"le", "LessOrEqual"}};
  std::string type = common(e, 0, 1);
  if (type == "bool") type = "int64";
  for (const auto& [ours, theirs] : kNamesOf)
    if (e.node.mase_op == ours) {
      const std::string result = e.add(theirs, {e.in(0, type), e.in(1, type)});
      return {e.node.mase_op == "ne" ? e.add("Not", {result}) : result};
    }
  throw NoCounterpart{};
}

Names logical(OnnxEmit& e) {
  const std::string& op = e.node.mase_op;
  return {e.add(op == "logical_and" ? "And" : op == "logical_or" ? "Or" : "Xor", {e.in(0, "bool"), e.in(1, "bool")})};
}

Names where(OnnxEmit& e) {
  const std::string type = common(e, 1, 2);
  return {e.add("Where", {e.in(0, "bool"), e.in(1, type), e.in(2, type)})};
}

Names masked_fill(OnnxEmit& e) {
  const std::string type = e.dtype(0);
  const std::string value = e.out.number(e.node.name, e.real("value"), type);
  return {e.add("Where", {e.in(1, "bool"), value, e.in(0)})};
}

Names clamp(OnnxEmit& e) {
  const std::string type = e.result_dtype();
  const auto limit = [&](const char* field) {
    return e.is_null(field) ? std::string() : e.out.number(e.node.name, e.real(field), type);
  };
  return {e.add("Clip", {e.in(0, type), limit("min"), limit("max")})};
}

Names cast(OnnxEmit& e) {
  const std::string& to = e.fields.at("dtype").as_string();
  return {e.dtype(0) == to ? e.in(0) : e.cast(e.in(0), to)};
}

Names matmul(OnnxEmit& e) { return {e.add("MatMul", {e.in(0), e.in(1)})}; }

}  // namespace

void add_onnx_arithmetic(OnnxEmitters& t) {
  for (const char* name : {"add", "sub", "mul", "maximum", "minimum"}) t[name] = binary;
  for (const char* name : {"eq", "ne", "gt", "ge", "lt", "le"}) t[name] = compare;
  for (const char* name : {"logical_and", "logical_or", "logical_xor"}) t[name] = logical;
  t["div"] = div, t["pow"] = pow_of, t["remainder"] = remainder, t["where"] = where, t["masked_fill"] = masked_fill;
  t["clamp"] = clamp, t["cast"] = cast, t["matmul"] = t["bmm"] = matmul;
}

}  // namespace mase::exporting
