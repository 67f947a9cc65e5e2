// Reader: nodes with an input that is left out.
#include "mase/text.h"
#include "onnx_reader.h"

namespace models::onnx {

namespace {

// The operator as left_out() knows it.
std::string vocabulary(const std::string& op) {
  static const std::map<std::string, std::string> kNames{
      {"And", "logical_and"},   {"Add", "add"},         {"Sub", "sub"},         {"Where", "where"},
      {"Softmax", "softmax"},   {"MatMul", "matmul"},   {"Reshape", "reshape"}, {"Unsqueeze", "reshape"},
      {"Squeeze", "reshape"},   {"Cast", "cast"},       {"CastLike", "cast"},   {"Expand", "expand"},
      {"Slice", "slice"},       {"Dropout", "dropout"}, {"Identity", "same"},   {"IsNaN", "isnan"},
      {"Transpose", "permute"}, {"Max", "maximum"},     {"Clip", "clamp"}};
  const auto found = kNames.find(op);
  return found == kNames.end() ? std::string() : found->second;
}

}  // namespace

// A node with an input that is absent.
Values Reader::run_without(const Node& node) {
  if (function_of(node)) return dispatch(node);
  Wires inputs;
  for (int i = 0; i < node.inputs(); ++i)
    if (node.has(i)) inputs.push_back(node.value(i).wire);
  const int64_t rank = inputs.empty() ? 0 : remains(inputs[0]).usable() ? remains(inputs[0]).rank() : 0;
  const int64_t axis = node.integer("axis", node.opset() < 13 ? 1 : -1);
  const LeftOut how = left_out(vocabulary(node.full_op()), inputs, axis == -1 || axis == rank - 1);
  using Mode = LeftOut::Mode;
  if (how.mode == Mode::absent) return shadowed(node);
  if (how.mode == Mode::runs) return dispatch(node);
  if (how.mode == Mode::operand)
    return {Value(tentative(remains(inputs.at(how.take)), inputs.at(how.take).is_weights))};
  Values results;
  const auto run = [&] { results = dispatch_with(node, remains); };
  if (how.mode == Mode::live) return run(), results;
  if (!build_.try_shadow(run)) return shadowed(node);
  for (Value& value : results) value = Value(tentative(value.wire, how.is_weights));
  return results;
}

// The node with other wires for its absent inputs.
Values Reader::dispatch_with(const Node& node, const std::function<Wire(const Wire&)>& other) {
  Scope scope;
  scope.outer = &node.scope();
  scope.depth = node.scope().depth, scope.prefix = node.scope().prefix;
  scope.opsets = node.scope().opsets, scope.attributes = node.scope().attributes;
  for (int i = 0; i < node.inputs(); ++i)
    if (node.has(i) && node.value(i).wire.absent())
      scope.values[node.message().input(i)] = Value(other(node.value(i).wire));
  return dispatch(Node(*this, scope, node.message()));
}

// The results of a node that needs what is absent, as far as their shapes go.
Values Reader::shadowed(const Node& node) {
  bool has_all = true;
  Wire nothing;
  nothing.of_shape = node.full_op() == "Shape" || node.full_op() == "Size";
  for (int i = 0; i < node.inputs(); ++i)
    if (node.has(i) && node.value(i).wire.absent())
      has_all &= node.value(i).wire.shadow != nullptr, nothing.of_shape |= node.value(i).wire.of_shape;
  Values results;
  const auto run = [&] { results = dispatch_with(node, [](const Wire& wire) { return *wire.shadow; }); };
  if (!has_all || !build_.try_shadow(run)) results.clear();
  for (Value& value : results) value = Value(missing(value.wire.state == Wire::State::unknown ? Wire() : value.wire));
  results.resize(std::max(results.size(), static_cast<size_t>(node.message().output_size())), Value(nothing));
  return results;
}

}  // namespace models::onnx
