// ATen: activation functions.
#include <cmath>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

// A function without attributes.
AtenHandler plain(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues { return {c.emit(op, {c.tensor("self")})}; };
}

// Attributes that are numbers, under ATen's names; those that have their default are left out.
AtenHandler with_numbers(const char* op, std::vector<std::tuple<std::string, std::string, double>> fields) {
  return [op = std::string(op), fields = std::move(fields)](AtenCall& c) -> AtenValues {
    mase::Map with;
    for (const auto& [theirs, ours, usual] : fields)
      if (const double value = c.number(theirs); value != usual) with.set(ours, value);
    return {c.emit(op, {c.tensor("self")}, with)};
  };
}

AtenHandler along_axis(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    Wire x = c.tensor("self");
    if (const auto type = c.dtype("dtype")) x = c.builder.cast(c.node + "_cast", x, *type);
    const int64_t axis = c.axis("dim", x.rank());
    return {c.emit(op, {x}, {{"dim", axis + 1 == x.rank() ? -1 : axis}})};
  };
}

AtenValues elu(AtenCall& c) {
  const double alpha = c.number("alpha"), scale = c.number("scale"), input_scale = c.number("input_scale");
  // torch.export's decompositions write SELU and CELU so.
  const auto is = [](double x, double y) { return std::fabs(x - y) < 1e-6; };
  if (is(alpha, 1.6732632423543772) && is(scale, 1.0507009873554805) && input_scale == 1)
    return {c.emit("selu", {c.tensor("self")})};
  mase::Map with;
  if (alpha != 1) with.set("alpha", alpha);
  if (scale == 1 && input_scale != 1 && is(alpha * input_scale, 1)) return {c.emit("celu", {c.tensor("self")}, with)};
  if (scale != 1 || input_scale != 1) c.refuse("has a scale other than 1");
  return {c.emit("elu", {c.tensor("self")}, with)};
}

AtenValues prelu(AtenCall& c) {
  const Wire x = c.tensor("self"), weight = c.tensor("weight");
  if (!weight.known()) c.refuse("its weight is computed when the model runs");
  return {c.builder.prelu(c.node, x, weight)};
}

AtenValues hardtanh(AtenCall& c) {
  return {c.builder.clamp(c.node, c.tensor("self"), c.number("min_val"), c.number("max_val"))};
}

// x where it is above the threshold, and the value elsewhere.
AtenValues threshold(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (c.number("threshold") == 0 && c.number("value") == 0) return {c.emit("relu", {x})};
  const Wire is_below = c.builder.binary(c.node + "_le", "le", x, c.operand("threshold", x));
  return {c.emit("where", {is_below, c.operand("value", x), x})};
}

// Between its slopes, which differ only in training.
AtenValues random_slope(AtenCall& c) {
  if (c.has("training") && c.flag("training"))
    c.refuse("draws its slope as in training", "call model.eval() before exporting the model");
  return {c.emit("leaky_relu", {c.tensor("self")}, {{"negative_slope", (c.number("lower") + c.number("upper")) / 2}})};
}

}  // namespace

void add_aten_activations(AtenTable& t) {
  for (const char* op : {"relu", "relu6", "sigmoid", "tanh", "silu", "mish", "hardswish", "hardsigmoid", "selu"})
    t[op] = plain(op);
  t["log_sigmoid"] = t["log_sigmoid_forward"] = plain("logsigmoid");
  t["special_expit"] = plain("sigmoid");
  t["gelu"] = [](AtenCall& c) -> AtenValues {
    mase::Map with;
    if (c.has("approximate") && c.text("approximate") != "none") with.set("approximate", c.text("approximate"));
    return {c.emit("gelu", {c.tensor("self")}, with)};
  };
  t["elu"] = elu, t["prelu"] = t["_prelu_kernel"] = prelu, t["hardtanh"] = hardtanh, t["threshold"] = threshold;
  t["rrelu"] = random_slope;
  t["celu"] = with_numbers("celu", {{"alpha", "alpha", 1}});
  t["leaky_relu"] = with_numbers("leaky_relu", {{"negative_slope", "negative_slope", 0.01}});
  t["softplus"] = with_numbers("softplus", {{"beta", "beta", 1}, {"threshold", "threshold", 20}});
  t["hardshrink"] = with_numbers("hardshrink", {{"lambd", "lambd", 0.5}});
  t["softshrink"] = with_numbers("softshrink", {{"lambd", "lambd", 0.5}});
  t["softmax"] = t["_softmax"] = t["_safe_softmax"] = along_axis("softmax");
  t["log_softmax"] = t["_log_softmax"] = along_axis("log_softmax");
  t["glu"] = [](AtenCall& c) -> AtenValues {
    return {c.emit("glu", {c.tensor("self")}, {{"dim", c.axis("dim", c.tensor("self").rank())}})};
  };
}

}  // namespace models
