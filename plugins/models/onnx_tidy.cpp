// Where in the graph the formats of an ONNX file's quantizers belong.
#include <ATen/ops/equal.h>

#include <algorithm>
#include <cmath>

#include "mase/execute.h"
#include "mase/format.h"
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

// A quantizer is an identity whose result has a format, until it is moved away. One whose input has another format that
// found no other place stays.
bool is_quantizer(const GraphNode& node) {
  return node.mase_op == "identity" && node.meta.common.results.size() == 1 && node.meta.common.results[0].format &&
         !node.meta.common.args[0].format;
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

// A format that holds exactly these float32 numbers.
mase::Chosen exact_format(const at::Tensor& numbers) {
  const at::Tensor values = numbers.to(at::kFloat).contiguous();
  int least = 0, greatest = 0;  // powers of two: of a last bit, above a first one
  for (int64_t i = 0; i < values.numel(); ++i) {
    int exponent = 0;
    double rest = std::frexp(static_cast<double>(values.const_data_ptr<float>()[i]), &exponent);
    if (rest == 0) continue;
    greatest = std::max(greatest, exponent);
    for (; rest != std::floor(rest); rest *= 2) --exponent;
    least = std::min(least, exponent);
  }
  if (const int width = greatest - least + 1; width <= 62)
    return mase::Chosen("quant.integer", {{"width", std::max(width, 2)}, {"frac_width", -least}, {"is_signed", true}});
  return mase::Chosen("quant.minifloat_ieee", {{"width", 32}, {"exponent_width", 8}, {"kind", "ieee"}});
}

// Without a format a bias would be rounded to the grid of its layer's products, which the file does not say.
void keep_biases(mase::Graph& graph, mase::Components& components) {
  bool is_derived = false;
  for (GraphNode* node : graph.nodes())
    for (const mase::Parameter& p : node->params) {
      if (node->op_kind == mase::OpKind::get_attr || node->meta.common.args.at(p.name).format) continue;
      if (!is_derived) mase::derive(graph, components), is_derived = true;
      const auto grid = mase::accumulator_grid(*node, p.name, components);
      if (!grid) continue;
      const mase::Chosen rounded("quant.integer",
                                 {{"width", 62}, {"frac_width", grid->frac_width}, {"is_signed", true}});
      const at::Tensor& bias = graph.tensor(p.key);
      if (at::equal(components.shared<mase::Format>(rounded)->quantize(bias, {}), bias)) continue;
      node->meta.common.args.at(p.name).format = exact_format(bias);
      is_derived = false;
    }
}

}  // namespace

void tidy_formats(mase::Graph& graph, mase::Components& components) {
  for (GraphNode* node : std::vector<GraphNode*>(graph.nodes())) merge_bias(graph, *node);
  for (GraphNode* node : std::vector<GraphNode*>(graph.nodes())) {
    if (!is_quantizer(*node)) continue;
    if (!to_producer(graph, *node)) to_consumers(graph, *node);
    if (node->users().empty()) graph.erase(*node);
  }
  const auto nodes = graph.nodes();
  const auto has_format = [](const mase::TensorMeta& meta) { return static_cast<bool>(meta.format); };
  if (std::any_of(nodes.begin(), nodes.end(), [&](const GraphNode* node) {
        const mase::TensorMetas& args = node->meta.common.args;
        return std::any_of(args.begin(), args.end(), has_format);
      }))
    keep_biases(graph, components);
}

}  // namespace models::onnx
