// Functions of one input in ONNX; those that ONNX lacks are written with others.
#include <cmath>

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

constexpr double kRootHalf = 0.70710678118654752440, kTwoOverPi = 0.63661977236758134308;

// Floating point in, floating point out: of integers PyTorch makes float32 first.
std::string real_in(OnnxEmit& e) { return e.in(0, e.dtype(0) == "float64" ? "float64" : "float32"); }

constexpr const char* kNamesOf[][2] = {{"acos", "Acos"},
                                       {"asin", "Asin"},
                                       {"atan", "Atan"},
                                       {"cos", "Cos"},
                                       {"cosh", "Cosh"},
                                       {"erf", "Erf"},
                                       {"exp", "Exp"},
                                       {"isinf", "IsInf"},
                                       {"isnan", "IsNaN"},
                                       {"log", "Log"},
                                       {"reciprocal", "Reciprocal"},
                                       {"sigmoid", "Sigmoid"},
                                       {"sin", "Sin"},
                                       {"sinh", "Sinh"},
                                       {"softsign", "Softsign"},
                                       {"sqrt", "Sqrt"},
                                       {"tan", "Tan"},
                                       {"tanh", "Tanh"},
                                       {"hardswish", "HardSwish"},
                                       {"selu", "Selu"}};

// The name in ONNX of a function that is the same there.
Names same_real(OnnxEmit& e) {
  for (const auto& [ours, theirs] : kNamesOf)
    if (e.node.mase_op == ours) return {e.add(theirs, {real_in(e)})};
  throw NoCounterpart{};
}

Names same(OnnxEmit& e) {
  constexpr const char* kSame[][2] = {{"abs", "Abs"},     {"ceil", "Ceil"}, {"floor", "Floor"}, {"neg", "Neg"},
                                      {"round", "Round"}, {"sign", "Sign"}, {"relu", "Relu"}};
  const bool rounds = e.node.mase_op == "ceil" || e.node.mase_op == "floor" || e.node.mase_op == "round";
  if (rounds && e.dtype(0).find("int") != std::string::npos) return {e.in(0)};
  for (const auto& [ours, theirs] : kSame)
    if (e.node.mase_op == ours) return {e.add(theirs, {e.in(0)})};
  throw NoCounterpart{};
}

Names keep(OnnxEmit& e) { return {e.in(0)}; }
Names leaky_relu(OnnxEmit& e) { return {e.add("LeakyRelu", {e.in(0)}, {{"alpha", e.real("negative_slope")}})}; }
Names elu(OnnxEmit& e) { return {e.add("Elu", {e.in(0)}, {{"alpha", e.real("alpha")}})}; }
Names softmax(OnnxEmit& e) { return {e.add("Softmax", {real_in(e)}, {{"axis", e.axis("dim", e.rank(0))}})}; }
Names log_softmax(OnnxEmit& e) { return {e.add("LogSoftmax", {real_in(e)}, {{"axis", e.axis("dim", e.rank(0))}})}; }
Names relu6(OnnxEmit& e) { return {e.add("Clip", {e.in(0), e.number(0), e.number(6)})}; }
Names hardtanh(OnnxEmit& e) {
  return {e.add("Clip", {e.in(0), e.number(e.real("min_val")), e.number(e.real("max_val"))})};
}
Names hardsigmoid(OnnxEmit& e) { return {e.add("HardSigmoid", {e.in(0)}, {{"alpha", 1.0 / 6}, {"beta", 0.5}})}; }
Names silu(OnnxEmit& e) { return {e.add("Mul", {e.in(0), e.add("Sigmoid", {e.in(0)})})}; }
Names mish(OnnxEmit& e) { return {e.add("Mul", {e.in(0), e.add("Tanh", {e.add("Softplus", {e.in(0)})})})}; }
Names tanhshrink(OnnxEmit& e) { return {e.add("Sub", {e.in(0), e.add("Tanh", {e.in(0)})})}; }
Names logsigmoid(OnnxEmit& e) { return {e.add("Neg", {e.add("Softplus", {e.add("Neg", {e.in(0)})})})}; }
Names hardshrink(OnnxEmit& e) { return {e.add("Shrink", {e.in(0)}, {{"lambd", e.real("lambd")}, {"bias", 0.0}})}; }
Names softshrink(OnnxEmit& e) {
  return {e.add("Shrink", {e.in(0)}, {{"lambd", e.real("lambd")}, {"bias", e.real("lambd")}})};
}
// Beyond the threshold PyTorch returns x itself; from beta x = 20 on that is the same float32.
Names softplus(OnnxEmit& e) {
  const double beta = e.real("beta");
  if (e.real("threshold") < 17) throw NoCounterpart{"its threshold lies where softplus is not yet x"};
  if (beta == 1) return {e.add("Softplus", {e.in(0)})};
  return {e.add("Div", {e.add("Softplus", {e.add("Mul", {e.in(0), e.number(beta)})}), e.number(beta)})};
}
Names gelu(OnnxEmit& e) {
  const std::string& approximate = e.fields.at("approximate").as_string();
  const std::string x = e.in(0);
  if (e.out.opset() >= 20) return {e.add("Gelu", {x}, {{"approximate", approximate.c_str()}})};
  std::string inner;
  if (approximate == "tanh") {
    const std::string cube = e.add("Mul", {x, e.add("Mul", {x, x})});
    const std::string sum = e.add("Add", {x, e.add("Mul", {cube, e.number(0.044715)})});
    inner = e.add("Tanh", {e.add("Mul", {sum, e.number(std::sqrt(kTwoOverPi))})});
  } else {
    inner = e.add("Erf", {e.add("Mul", {x, e.number(kRootHalf)})});
  }
  const std::string half = e.add("Mul", {x, e.number(0.5)});
  return {e.add("Mul", {half, e.add("Add", {inner, e.number(1)})})};
}
Names celu(OnnxEmit& e) { return {e.add("Celu", {e.in(0)}, {{"alpha", e.real("alpha")}})}; }
// One slope for all, or one per channel, which is the second axis.
Names prelu(OnnxEmit& e) {
  std::string slope = e.param("weight");
  if (e.rank(0) > 2 && e.integer("num_parameters") > 1) {
    Shape shape(static_cast<size_t>(e.rank(0) - 1), 1);
    shape[0] = -1;
    slope = e.reshape(slope, shape);
  }
  return {e.add("PRelu", {e.in(0), slope})};
}
Names glu(OnnxEmit& e) {
  const int64_t axis = e.axis("dim", e.rank(0)), half = e.shape(0).at(static_cast<size_t>(axis)) / 2;
  const Names halves = e.out.add_all(e.node.name, "Split", {e.in(0), e.integers({half, half})}, {{"axis", axis}}, 2);
  return {e.add("Mul", {halves[0], e.add("Sigmoid", {halves[1]})})};
}
Names rsqrt(OnnxEmit& e) { return {e.add("Reciprocal", {e.add("Sqrt", {real_in(e)})})}; }
Names expm1(OnnxEmit& e) { return {e.add("Sub", {e.add("Exp", {real_in(e)}), e.number(1)})}; }
Names log1p(OnnxEmit& e) { return {e.add("Log", {e.add("Add", {real_in(e), e.number(1)})})}; }
Names log2_of(OnnxEmit& e) { return {e.add("Div", {e.add("Log", {real_in(e)}), e.number(std::log(2.0))})}; }
Names logical_not(OnnxEmit& e) { return {e.add("Not", {e.in(0, "bool")})}; }
Names trunc_of(OnnxEmit& e) {
  if (e.dtype(0).find("int") != std::string::npos) return {e.in(0)};
  return {e.add("Mul", {e.add("Sign", {e.in(0)}), e.add("Floor", {e.add("Abs", {e.in(0)})})})};
}

}  // namespace

void add_onnx_activations(OnnxEmitters& t) {
  for (const auto& [ours, theirs] : kNamesOf) t[ours] = same_real;
  for (const char* name : {"abs", "ceil", "floor", "neg", "round", "sign", "relu"}) t[name] = same;
  t["identity"] = t["dropout"] = t["contiguous"] = keep;
  t["leaky_relu"] = leaky_relu, t["elu"] = elu, t["softmax"] = softmax, t["log_softmax"] = log_softmax;
  t["relu6"] = relu6, t["hardtanh"] = hardtanh, t["hardsigmoid"] = hardsigmoid, t["silu"] = silu, t["mish"] = mish;
  t["tanhshrink"] = tanhshrink, t["logsigmoid"] = logsigmoid, t["hardshrink"] = hardshrink;
  t["softshrink"] = softshrink, t["softplus"] = softplus, t["gelu"] = gelu, t["rsqrt"] = rsqrt, t["expm1"] = expm1;
  t["log1p"] = log1p, t["log2"] = log2_of, t["logical_not"] = logical_not, t["trunc"] = trunc_of;
  t["celu"] = celu, t["prelu"] = prelu, t["glu"] = glu;
}

}  // namespace mase::exporting
