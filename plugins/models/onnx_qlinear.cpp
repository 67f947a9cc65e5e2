// Operators on integers, as onnxruntime's QOperator format has them. Each stands for DequantizeLinear, an operator of
// floating point, and QuantizeLinear, and is read as those.
#include <algorithm>

#include "mase/text.h"
#include "onnx_quantize.h"

namespace models::onnx {

namespace {

// The nodes that one node stands for.
class Body {
 public:
  explicit Body(const Node& n) : n_(n), prefix_(mase::format("{}/", n.name())) {}

  std::string input(int i) const { return n_.has(i) ? n_.message().input(i) : std::string(); }

  proto::NodeProto& add(const char* op, const std::vector<std::string>& inputs) {
    proto::NodeProto& node = *graph_.add_node();
    node.set_op_type(op);
    node.add_output(mase::format("{}{}", prefix_, graph_.node_size()));
    for (const std::string& name : inputs) node.add_input(name);
    return node;
  }

  // The value of integers whose scale and zero point have these names. `axis`: of one scale per channel.
  std::string value(const std::string& integers, const std::string& scale, const std::string& zero_point, int axis) {
    proto::NodeProto& node = add("DequantizeLinear", {integers, scale, zero_point});
    proto::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name("axis"), attribute.set_type(proto::AttributeProto::INT), attribute.set_i(axis);
    return node.output(0);
  }
  // The value of inputs i, i + 1 and i + 2.
  std::string value(int i, int axis) { return value(input(i), input(i + 1), input(i + 2), axis); }

  // Integers whose scale is the product of two others: sums of products.
  std::string bias(int i, int scale, int other_scale) {
    return value(input(i), add("Mul", {input(scale), input(other_scale)}).output(0), "", 0);
  }

  // The operator itself: the node's name, its attributes.
  std::string operate(const char* op, const std::vector<std::string>& inputs) {
    proto::NodeProto& node = add(op, inputs);
    node.set_name(n_.name().substr(n_.scope().prefix.size()));
    *node.mutable_attribute() = n_.message().attribute();
    return node.output(0);
  }

  Values result(const std::string& value, int scale, int zero_point) {
    return read(add("QuantizeLinear", {value, input(scale), input(zero_point)}).output(0));
  }
  Values read(const std::string& output) {
    graph_.add_output()->set_name(output);
    return n_.reader().branch(n_, graph_, n_.scope().prefix);
  }

 private:
  const Node& n_;
  std::string prefix_;
  proto::GraphProto graph_;
};

void need_inputs(const Node& n, int least) {
  for (int i = 0; i < least; ++i)
    if (i % 3 != 2 && !n.has(i)) throw mase::Error(mase::format("input {} is missing", i));
  if (n.integer("channels_last", 0)) throw Unsupported{"its channels are the last axis"};
}

Values conv(const Node& n) {
  need_inputs(n, 7);
  Body body(n);
  std::vector<std::string> inputs{body.value(0, 1), body.value(3, 0)};
  if (n.has(8)) inputs.push_back(body.bias(8, 1, 4));
  return body.result(body.operate("Conv", inputs), 6, 7);
}

Values gemm(const Node& n) {
  need_inputs(n, 6);
  if (n.real("alpha", 1) != 1 && n.has(6)) throw Unsupported{"its alpha is not 1"};
  Body body(n);
  std::vector<std::string> inputs{body.value(0, 1), body.value(3, n.integer("transB", 0) ? 0 : 1)};
  if (n.has(6)) inputs.push_back(body.bias(6, 1, 4));
  const std::string product = body.operate("Gemm", inputs);
  return n.has(7) ? body.result(product, 7, 8) : body.read(product);
}

// Values first, each with its scale and zero point, then those of the result.
Handler integers_of(const char* op, int values) {
  return [op, values](const Node& n) -> Values {
    need_inputs(n, 3 * values + 1);
    Body body(n);
    std::vector<std::string> inputs;
    for (int i = 0; i < values; ++i) inputs.push_back(body.value(3 * i, -1));
    return body.result(body.operate(op, inputs), 3 * values, 3 * values + 1);
  };
}

Values concat(const Node& n) {
  Body body(n);
  std::vector<std::string> inputs;
  for (int i = 2; i + 2 < n.inputs(); i += 3) inputs.push_back(body.value(i, 1));
  return body.result(body.operate("Concat", inputs), 0, 1);
}

}  // namespace

void add_integer_operators(Table& t) {
  t["QLinearConv"] = conv, t["QLinearMatMul"] = integers_of("MatMul", 2);
  t["com.microsoft::QGemm"] = gemm, t["com.microsoft::QLinearConcat"] = concat;
  for (const char* op : {"Add", "Mul"}) t[mase::format("com.microsoft::QLinear{}", op)] = integers_of(op, 2);
  for (const char* op : {"Sigmoid", "LeakyRelu", "Softmax", "AveragePool", "GlobalAveragePool"})
    t[mase::format("com.microsoft::QLinear{}", op)] = integers_of(op, 1);
}

bool takes_integers(const std::string& op) {
  return moves_only(op) || keeps_order(op) || op.starts_with("QLinear") || op == "QGemm" || op == "DequantizeLinear" ||
         op == "Clip";
}

bool keeps_order(const std::string& op) { return op == "MaxPool" || op == "Split" || op == "Slice"; }

}  // namespace models::onnx
