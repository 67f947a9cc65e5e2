// Where in the graph the formats of an ONNX file's quantizers belong.
#include "onnx_formats.h"

namespace models::onnx {

namespace {

using GraphNode = mase::Node;

size_t uses_of(const GraphNode& node, int result) {
  size_t count = 0;
  for (const GraphNode* user : node.users())
    for (const mase::Argument& a : user->args) count += a.node == &node && a.result == result;
  return count;
}

// A quantizer is an identity whose result has a format, until it is moved away.
bool is_quantizer(const GraphNode& node) {
  return node.mase_op == "identity" && node.meta.common.results.size() == 1 && node.meta.common.results[0].format;
}

bool to_producer(mase::Graph& graph, GraphNode& quantizer) {
  const mase::Argument from = quantizer.args[0];
  if (!from.node || from.node->op_kind == mase::OpKind::placeholder || from.node->op_kind == mase::OpKind::get_attr ||
      uses_of(*from.node, from.result) != 1)
    return false;
  auto& results = from.node->meta.common.results;
  if (results.at(static_cast<size_t>(from.result)).format) return false;
  results.at(static_cast<size_t>(from.result)).format = quantizer.meta.common.results[0].format;
  // Its users take the producer's result.
  for (GraphNode* user : std::vector<GraphNode*>(quantizer.users()))
    for (size_t i = 0; i < user->args.size(); ++i)
      if (user->args[i].node == &quantizer) graph.set_argument(*user, i, from);
  return true;
}

void to_consumers(mase::Graph& graph, GraphNode& quantizer) {
  const mase::Chosen format = quantizer.meta.common.results[0].format;
  for (GraphNode* user : std::vector<GraphNode*>(quantizer.users())) {
    if (user->op_kind == mase::OpKind::output) continue;
    for (size_t i = 0; i < user->args.size(); ++i) {
      if (user->args[i].node != &quantizer) continue;
      mase::TensorMeta& meta = user->meta.common.args[i];
      if (meta.format) continue;
      meta.format = format;
      graph.set_argument(*user, i, quantizer.args[0]);
    }
  }
}

// A constant with a format that is added to a layer without bias is its bias.
bool merge_bias(mase::Graph& graph, GraphNode& add) {
  if (add.mase_op != "add") return false;
  for (const size_t side : {size_t{0}, size_t{1}}) {
    GraphNode *layer = add.args[side].node, *constant = add.args[1 - side].node;
    if (!layer || !constant || layer->mase_op != "linear" || layer->param("bias") || uses_of(*layer, 0) != 1 ||
        constant->op_kind != mase::OpKind::get_attr || layer->meta.common.results[0].format ||
        add.meta.common.args[side].format || add.meta.common.args[1 - side].format)
      continue;
    const std::string key = constant->params[0].key;
    const at::Tensor &bias = graph.tensor(key), &weight = graph.tensor(layer->params[0].key);
    if (bias.dim() != 1 || bias.size(0) != weight.size(0)) continue;
    mase::Map with = layer->op.with();
    with.set("bias", true);
    layer->op = mase::Chosen(layer->op.name(), std::move(with));
    layer->params.push_back({"bias", key});
    mase::TensorMeta& meta = layer->meta.common.args.add("bias");
    meta.shape = {bias.size(0)}, meta.format = constant->meta.common.results[0].format;
    layer->meta.common.results[0].format = add.meta.common.results[0].format;
    graph.replace_all_uses(add, *layer);
    graph.erase(add);
    if (constant->users().empty()) graph.erase(*constant);
    return true;
  }
  return false;
}

}  // namespace

void tidy_formats(mase::Graph& graph) {
  for (GraphNode* node : std::vector<GraphNode*>(graph.nodes())) merge_bias(graph, *node);
  for (GraphNode* node : std::vector<GraphNode*>(graph.nodes())) {
    if (!is_quantizer(*node)) continue;
    if (!to_producer(graph, *node)) to_consumers(graph, *node);
    if (node->users().empty()) graph.erase(*node);
  }
}

}  // namespace models::onnx
