// ONNX's operators that work element by element.
#include <ATen/ops/arange.h>
#include <ATen/ops/scalar_tensor.h>

#include <cmath>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

using mase::Map;

Handler function(const char* op) {
  return [op](const Node& n) -> Values { return {n.build().call(n.name(), op, {n.in(0)})}; };
}

Handler pair(const char* op) {
  return [op](const Node& n) -> Values { return {n.build().binary(n.name(), op, n.in(0), n.in(1))}; };
}

// add(add(a, b), c) for any number of inputs.
Handler chain(const char* op) {
  return [op](const Node& n) -> Values {
    Wire all = n.in(0);
    for (int i = 1; i < n.inputs(); ++i)
      all = n.build().binary(i == 1 ? n.name() : mase::format("{}_{}", n.name(), i), op, all, n.in(i));
    if (n.op() != "Mean") return {all};
    return {n.build().binary(n.name() + "_mean", "div", all, ImportBuilder::known(at::scalar_tensor(n.inputs())))};
  };
}

Wire number(double value, const Wire& like) {
  return ImportBuilder::known(at::scalar_tensor(value, at::TensorOptions().dtype(like.dtype())));
}

Values sum(const Node& n) {
  const Value a = n.value(0), b = n.value(1);
  // A layer's bias that is not written as a vector.
  const auto flat = [&](const Value& x, const Value& constant) {
    const Wire& w = constant.wire;
    return x.wire.live() && w.known() && w.rank() > 1 && w.rank() <= x.wire.rank() &&
           w.trace[0].numel() == w.trace[0].size(-1) && w.trace[0].numel() > 1;
  };
  const auto vector = [&](const Value& constant) {
    Value v = constant;
    v.wire.trace.fill(v.wire.trace[0].reshape({-1}));
    if (v.quantized && v.quantized->axis) v.quantized->axis = 0;
    return n.reader().resolve(v);
  };
  Wire x = flat(b, a) ? vector(a) : n.in(0), y = flat(a, b) ? vector(b) : n.in(1);
  return {n.build().binary(n.name(), "add", std::move(x), std::move(y))};
}

// Integers are divided towards zero.
Values division(const Node& n) {
  const Wire a = n.in(0), b = n.in(1);
  const bool is_integer = at::isIntegralType(a.dtype(), false) && at::isIntegralType(b.dtype(), false);
  return {n.build().binary(n.name(), "div", a, b, is_integer ? Map{{"rounding_mode", "trunc"}} : Map{})};
}

Values modulo(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0), y = n.in(1);
  if (!n.integer("fmod", 0)) return {b.binary(n.name(), "remainder", x, y)};
  // With the sign of the first operand.
  const Wire turns = b.binary(n.name() + "_div", "div", x, y, {{"rounding_mode", "trunc"}});
  return {b.binary(n.name(), "sub", x, b.binary(n.name() + "_mul", "mul", turns, y))};
}

Values power(const Node& n) { return {n.build().pow(n.name(), n.in(0), n.in(1))}; }

// A limit of Clip: an attribute in older opsets, an input in newer ones.
std::optional<double> limit(const Node& n, const char* name, int input) {
  if (n.has(input)) return n.number(input, name);
  if (n.attribute(name)) return n.real(name, 0);
  return std::nullopt;
}

// Integers of a constant, which know their range.
Value clipped(const Node& n, const Value& x, std::optional<double> low, std::optional<double> high) {
  Map with;
  if (low) with.set("min", static_cast<int64_t>(*low));
  if (high) with.set("max", static_cast<int64_t>(*high));
  Value result = x;
  if (low || high) result.wire = n.build().call(n.name(), "clamp", {x.wire}, with);
  result.wire.key = x.wire.key;
  if (!result.quantized) result.quantized = Quantized{{}, {}, {}, INT64_MIN, INT64_MAX};
  return result;
}

Values clip(const Node& n) {
  const Value& x = n.value(0);
  const auto low = limit(n, "min", 1), high = limit(n, "max", 2);
  if (x.codes || (x.wire.known() && x.type && !at::isFloatingType(x.wire.dtype()))) {
    Value result = x;
    if (!x.codes) result = clipped(n, x, low, high);
    if (low) result.quantized->low = std::max(result.quantized->low, static_cast<int64_t>(*low));
    if (high) result.quantized->high = std::min(result.quantized->high, static_cast<int64_t>(*high));
    return {result};
  }
  if (!low && !high) return {x};
  // Limits of integers are integers: others would make floats of them.
  const bool is_whole = x.wire.usable() && at::isIntegralType(x.wire.dtype(), false);
  const auto value = [&](const std::optional<double>& limit) {
    if (limit && is_whole && std::fabs(*limit) < 0x1p53) return mase::Value(static_cast<int64_t>(*limit));
    return limit ? mase::Value(*limit) : mase::Value();
  };
  return {n.build().clamp(n.name(), n.in(0), value(low), value(high))};
}

Values selu(const Node& n) {
  const bool is_usual = std::fabs(n.real("alpha", 1.67326319217681884765625) - 1.67326319217681884765625) < 1e-6 &&
                        std::fabs(n.real("gamma", 1.05070102214813232421875) - 1.05070102214813232421875) < 1e-6;
  if (!is_usual) throw Unsupported{"its alpha or gamma is not that of the SELU paper"};
  return {n.build().call(n.name(), "selu", {n.in(0)})};
}

Values hard_sigmoid(const Node& n) {
  const double alpha = n.real("alpha", 0.2), beta = n.real("beta", 0.5);
  if (std::fabs(alpha * 6 - 1) < 1e-6 && beta == 0.5) return {n.build().call(n.name(), "hardsigmoid", {n.in(0)})};
  const Wire x = n.in(0);
  const Wire scaled = n.build().binary(n.name() + "_mul", "mul", x, number(alpha, x));
  const Wire moved = n.build().binary(n.name() + "_add", "add", scaled, number(beta, x));
  return {n.build().call(n.name(), "clamp", {moved}, {{"min", 0.0}, {"max", 1.0}})};
}

Values prelu(const Node& n) {
  const Wire x = n.in(0), slope = n.in(1);
  const int64_t count = slope.known() ? slope.trace[0].numel() : 0;
  const bool is_per_channel = x.rank() >= 2 && slope.known() && slope.rank() == x.rank() - 1 && slope.rank() > 0 &&
                              slope.trace[0].size(0) == count && x.size(1) == Size(count);
  if (x.live() && (count == 1 || is_per_channel)) {
    Value weight = n.value(1);
    if (slope.rank() != 1) weight.wire.trace.fill(weight.wire.trace[0].reshape({-1}));
    return {n.build().apply(n.name(), mase::Chosen("nn.prelu", {{"num_parameters", count}}), {x},
                            {{"weight", n.reader().with_format(weight)}})[0]};
  }
  const Wire is_negative = n.build().binary(n.name() + "_lt", "lt", x, number(0, x));
  const Wire scaled = n.build().binary(n.name() + "_mul", "mul", x, slope);
  return {n.build().call(n.name(), "where", {is_negative, scaled, x})};
}

Values softmax(const Node& n) {
  const char* op = n.op() == "Softmax" ? "softmax" : "log_softmax";
  const Wire x = n.in(0);
  const int64_t axis = n.axis(n.integer("axis", n.opset() < 13 ? 1 : -1), std::max<int64_t>(x.rank(), 1));
  if (n.opset() >= 13 || axis == x.rank() - 1)
    return {n.build().call(n.name(), op, {x}, {{"dim", axis == x.rank() - 1 ? -1 : axis}})};
  // Before opset 13 all axes from this one on are one.
  const Sizes sizes = x.sizes();
  Sizes flat(sizes.begin(), sizes.begin() + axis);
  flat.emplace_back(-1);
  const Wire two = n.build().reshape(n.name() + "_flatten", x, flat);
  return {n.build().reshape(n.name() + "_shape", n.build().call(n.name(), op, {two}, {{"dim", -1}}), sizes)};
}

Values where(const Node& n) { return {n.build().where(n.name(), n.in(0), n.in(1), n.in(2))}; }

Values cast(const Node& n) {
  const int type = static_cast<int>(n.integer("to", 0));
  try {
    return {n.build().cast(n.name(), n.in(0), scalar_type(type))};
  } catch (const mase::Error&) {
    throw Unsupported{mase::format("there are no tensors of {}", type_name(type))};
  }
}

Values isinf(const Node& n) {
  if (!n.integer("detect_negative", 1) || !n.integer("detect_positive", 1))
    throw Unsupported{"it detects infinities of one sign"};
  return {n.build().call(n.name(), "isinf", {n.in(0)})};
}

// 1 at each index along a new axis.
Values one_hot(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire index = n.in(0), values = n.in(2);
  const auto depth = static_cast<int64_t>(n.number(1, "depth"));
  if (depth < 1 || depth > 1 << 20) throw Unsupported{mase::format("its depth is {}", depth)};
  if (!values.known() || values.trace[0].numel() != 2) throw Unsupported{"its values are computed"};
  const int64_t axis = n.axis(n.integer("axis", -1), index.rank() + 1);
  const at::Tensor hit = values.trace[0].to(at::kDouble);
  if (axis == index.rank() && hit[0].item<double>() == 0 && hit[1].item<double>() == 1) {
    const Wire hits =
        b.call(n.name(), "one_hot", {b.cast(n.name() + "_long", index, at::kLong)}, {{"num_classes", depth}});
    return {b.cast(n.name() + "_cast", hits, values.dtype())};
  }
  const Wire is_negative = b.binary(n.name() + "_lt", "lt", index, number(0, index));
  const Wire wrapped = b.call(
      n.name() + "_wrap", "where",
      {is_negative, b.binary(n.name() + "_add", "add", index, number(static_cast<double>(depth), index)), index});
  Sizes sizes = wrapped.sizes();
  sizes.insert(sizes.begin() + axis, Size(1));
  std::vector<int64_t> shape(static_cast<size_t>(index.rank() + 1 - axis), 1);
  shape[0] = depth;
  b.make_room({}, static_cast<uint64_t>(depth) * sizeof(int64_t));
  const at::Tensor places = at::arange(depth, at::TensorOptions().dtype(index.dtype())).reshape(shape);
  b.hold(places);
  const Wire hits = b.binary(n.name() + "_eq", "eq", b.reshape(n.name() + "_unsqueeze", wrapped, sizes),
                             ImportBuilder::known(places));
  return {b.call(
      n.name(), "where",
      {hits, ImportBuilder::known(values.trace[0].select(0, 1)), ImportBuilder::known(values.trace[0].select(0, 0))})};
}

Values real_field(const Node& n, const char* op, const char* attribute, double otherwise, const char* field) {
  return {n.build().call(n.name(), op, {n.in(0)}, {{field, n.real(attribute, otherwise)}})};
}

}  // namespace

void add_arithmetic(Table& t) {
  const std::pair<const char*, const char*> functions[] = {{"Relu", "relu"},         {"Sigmoid", "sigmoid"},
                                                           {"Tanh", "tanh"},         {"Exp", "exp"},
                                                           {"Log", "log"},           {"Sqrt", "sqrt"},
                                                           {"Erf", "erf"},           {"Neg", "neg"},
                                                           {"Abs", "abs"},           {"Floor", "floor"},
                                                           {"Ceil", "ceil"},         {"Round", "round"},
                                                           {"Sign", "sign"},         {"Reciprocal", "reciprocal"},
                                                           {"Sin", "sin"},           {"Cos", "cos"},
                                                           {"Tan", "tan"},           {"Asin", "asin"},
                                                           {"Acos", "acos"},         {"Atan", "atan"},
                                                           {"Sinh", "sinh"},         {"Cosh", "cosh"},
                                                           {"Softsign", "softsign"}, {"Softplus", "softplus"},
                                                           {"Not", "logical_not"},   {"IsNaN", "isnan"},
                                                           {"Mish", "mish"},         {"HardSwish", "hardswish"}};
  for (const auto& [onnx, op] : functions) t[onnx] = function(op);
  const std::pair<const char*, const char*> pairs[] = {
      {"Sub", "sub"},  {"Mul", "mul"},    {"And", "logical_and"}, {"Or", "logical_or"},     {"Xor", "logical_xor"},
      {"Equal", "eq"}, {"Greater", "gt"}, {"Less", "lt"},         {"GreaterOrEqual", "ge"}, {"LessOrEqual", "le"}};
  for (const auto& [onnx, op] : pairs) t[onnx] = pair(op);
  t["Add"] = sum, t["Div"] = division, t["Mod"] = modulo, t["Pow"] = power, t["Clip"] = clip;
  t["Sum"] = chain("add"), t["Mean"] = chain("add"), t["Min"] = chain("minimum"), t["Max"] = chain("maximum");
  t["Selu"] = selu, t["HardSigmoid"] = hard_sigmoid, t["PRelu"] = prelu;
  t["Elu"] = [](const Node& n) { return real_field(n, "elu", "alpha", 1, "alpha"); };
  t["LeakyRelu"] = [](const Node& n) { return real_field(n, "leaky_relu", "alpha", 0.01F, "negative_slope"); };
  t["Celu"] = [](const Node& n) { return real_field(n, "celu", "alpha", 1, "alpha"); };
  t["Gelu"] = [](const Node& n) -> Values {
    Map with;
    if (n.text("approximate", "none") != "none") with.set("approximate", n.text("approximate", "none"));
    return {n.build().call(n.name(), "gelu", {n.in(0)}, with)};
  };
  t["com.microsoft::Gelu"] = t["Gelu"];
  t["Softmax"] = t["LogSoftmax"] = softmax;
  t["Where"] = where, t["Cast"] = cast, t["IsInf"] = isinf, t["OneHot"] = one_hot;
  t["CastLike"] = [](const Node& n) -> Values { return {n.build().cast(n.name(), n.in(0), n.in(1).dtype())}; };
}

}  // namespace models::onnx
