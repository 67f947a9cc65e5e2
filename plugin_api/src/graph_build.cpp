// How models build their graphs: nodes with fresh parameters, and shapes found by running each operator once.
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <numeric>

#include "derive.h"
#include "executor_plan.h"
#include "mase/execute.h"
#include "mase/text.h"

namespace mase {
namespace {

at::ScalarType dtype_of(const std::string& name) {
  const auto& types = c10::getStringToDtypeMap();
  const auto found = types.find(name);
  return found == types.end() ? at::kFloat : found->second;
}

void record(TensorMeta& meta, const at::Tensor& tensor) {
  meta.shape = shape_of(tensor);
  meta.torch_dtype = c10::getDtypeNames(tensor.scalar_type()).first;
}

bool is_any(std::string_view op, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), op) != names.end();
}

// What moves, selects, converts or makes values. Where MASE knows no such operator, it stands with its like.
bool is_implicit(std::string_view op) {
  return is_any(op, {"abs",         "argmax",       "argmin",
                     "argsort",     "broadcast_to", "cast",
                     "cat",         "chunk",        "clamp",
                     "constant",    "contiguous",   "cumsum",
                     "dropout",     "eq",           "expand",
                     "flatten",     "flip",         "full",
                     "gather",      "gather_nd",    "ge",
                     "gemm",        "index",        "index_put",
                     "isinf",       "isnan",        "index_select",
                     "logical_and", "logical_not",  "logical_or",
                     "logical_xor", "masked_fill",  "masked_select",
                     "movedim",     "narrow",       "ne",
                     "ones",        "one_hot",      "pad",
                     "permute",     "repeat",       "repeat_interleave",
                     "reshape",     "roll",         "scatter",
                     "scatter_add", "select",       "shape",
                     "size",        "slice",        "slice_scatter",
                     "split",       "squeeze",      "stack",
                     "tile",        "topk",         "transpose",
                     "tril",        "triu",         "unbind",
                     "unflatten",   "unfold",       "unsqueeze",
                     "view",        "where",        "zeros"});
}

// Arithmetic, comparisons, functions of elements and reductions.
bool is_builtin(std::string_view op) {
  return is_any(op, {"acos",      "add",       "addmm",   "all",
                     "amax",      "amin",      "any",     "arange",
                     "asin",      "atan",      "baddbmm", "bmm",
                     "ceil",      "cos",       "cosh",    "div",
                     "erf",       "exp",       "expm1",   "floor",
                     "gt",        "le",        "log",     "log1p",
                     "log2",      "logsumexp", "lt",      "matmul",
                     "max",       "maximum",   "mean",    "min",
                     "minimum",   "mul",       "neg",     "norm",
                     "pow",       "prod",      "range",   "reciprocal",
                     "remainder", "round",     "rsqrt",   "scaled_dot_product_attention",
                     "sign",      "sin",       "sinh",    "sqrt",
                     "std",       "sub",       "sum",     "tan",
                     "trunc",     "var"});
}

}  // namespace

std::string mase_type_of(const Node& node) {
  switch (node.op_kind) {
    case OpKind::placeholder:
      return "placeholder";
    case OpKind::output:
      return "output";
    case OpKind::get_attr:
      return "get_attr";
    default:
      break;
  }
  const std::string_view op = node.mase_op;
  if (is_implicit(op)) return "implicit_func";
  if (is_any(op, {"batch_norm1d", "batch_norm2d"})) return "module";
  if (is_builtin(op)) return "builtin_func";
  const bool is_both = is_any(op, {"sigmoid", "softmax", "tanh", "gelu", "embedding"});
  return is_both && node.op_kind == OpKind::call_function ? "builtin_func" : "module_related_func";
}

namespace {

at::Tensor value_of(const Node& node, size_t index, const std::vector<Tensors>* values) {
  const Argument& arg = node.args[index];
  if (!arg.node) return constant_tensor(node, index, arg.constant, at::kFloat);
  const auto result = static_cast<size_t>(arg.result);
  if (values && result < (*values)[arg.node->index()].size()) return (*values)[arg.node->index()][result];
  const TensorMeta& meta = arg.node->meta.common.results.at("data_out_" + std::to_string(result));
  const auto options = at::TensorOptions().dtype(dtype_of(meta.torch_dtype));
  constexpr double kLarge = 1 << 20;  // elements: one zero stands for more of them
  const double count = std::accumulate(meta.shape.begin(), meta.shape.end(), 1.0, std::multiplies<>());
  return count > kLarge ? at::zeros({}, options).expand(meta.shape) : at::zeros(meta.shape, options);
}

}  // namespace

std::string argument_name(const Node& node, size_t index) {
  if (index == 1 && is_any(node.mase_op, {"matmul", "bmm"})) return "weight";
  return "data_in_" + std::to_string(index);
}

namespace {

// Runs the node on `values`, or on zeros of its arguments' shapes, and records what it saw.
Tensors run_once(Graph& graph, Node& node, const Op& op, const std::vector<Tensors>* values) {
  Tensors inputs, params;
  at_node(node, [&] { check_arity(op, node.op, node.args.size()); });
  for (size_t i = 0; i < node.args.size(); ++i) {
    inputs.push_back(value_of(node, i, values));
    TensorMeta* meta = argument_meta(node, i);
    record(meta ? *meta : node.meta.common.args.add(argument_name(node, i)), inputs.back());
  }
  for (const ParameterInfo& info : op.parameters()) {
    const Parameter* p = node.param(info.name);
    if (!p) throw Error(format("{} has no parameter '{}'", describe(node), info.name));
    params.push_back(graph.tensor(p->key));
    record(node.meta.common.args.add(info.name), params.back());
  }
  OpContext context;
  Tensors results = at_node(
      node, [&] { return op.forward(inputs, params, context); }, inputs, params);
  for (size_t i = 0; i < results.size(); ++i)
    record(node.meta.common.results.add("data_out_" + std::to_string(i)), results[i]);
  return results;
}

struct NoGradients {
  c10::AutoGradMode mode{false};
  at::AutoDispatchBelowADInplaceOrView below;
};

void initialise(Graph& graph, Node& node, const Op& op, const std::vector<Shape>& shapes, Random& random) {
  const std::vector<ParameterInfo> infos = op.parameters();
  bool is_known = !infos.empty();  // a module that is called a second time shares its tensors
  for (const ParameterInfo& info : infos) {
    node.params.push_back({info.name, node.target + "." + info.name});
    is_known = is_known && graph.has_tensor(node.params.back().key);
  }
  if (is_known || infos.empty()) return;
  Tensors fresh = op.initialize(shapes, random);
  if (fresh.size() != infos.size())
    throw Error(format("{} initialised {} tensors, but has {} parameters", node.op.name(), fresh.size(), infos.size()));
  for (size_t i = 0; i < fresh.size(); ++i) graph.set_tensor(node.params[i].key, std::move(fresh[i]));
}

}  // namespace

Node& add_module(Graph& graph, Components& components, std::string target, Chosen op, std::vector<Argument> inputs,
                 Random random, bool functional) {
  const NoGradients guard;
  std::shared_ptr<Op> made = components.shared<Op>(op);
  check_arity(*made, op, inputs.size());
  std::vector<Shape> shapes;
  for (const Argument& arg : inputs)
    shapes.push_back(arg.node ? arg.node->meta.common.results.at("data_out_" + std::to_string(arg.result)).shape
                              : Shape{});
  if (Map resolved = made->resolve(shapes); !resolved.empty()) {
    op = Chosen(op.name(), std::move(resolved), op.loc());
    made = components.shared<Op>(op);
  }
  const OpKind kind = functional ? OpKind::call_function : OpKind::call_module;
  Node& node = graph.add(kind, target, std::move(op), std::move(inputs));
  try {
    node.target = std::move(target);
    initialise(graph, node, *made, shapes, random);
    run_once(graph, node, *made, nullptr);
    if (functional) node.target = node.mase_op;
    node.meta.common.mase_type = mase_type_of(node);
  } catch (...) {
    graph.erase(node);  // a layer that does not fit leaves no half of itself behind
    throw;
  }
  return node;
}

Node& add_placeholder(Graph& graph, std::string name, const Shape& sample_shape) {
  Node& node = graph.add(OpKind::placeholder, std::move(name));
  node.meta.common.mase_type = "placeholder";
  TensorMeta& result = node.meta.common.results.add("data_out_0");
  result.shape = sample_shape;
  result.shape.insert(result.shape.begin(), 1);
  return node;
}

Node& add_output(Graph& graph, std::vector<Argument> results) {
  Node& node = graph.add(OpKind::output, "output", {}, std::move(results));
  node.meta.common.mase_type = "output";
  for (size_t i = 0; i < node.args.size(); ++i) {
    const at::Tensor value = value_of(node, i, nullptr);
    record(node.meta.common.args.add("data_in_" + std::to_string(i)), value);
    record(node.meta.common.results.add("data_out_" + std::to_string(i)), value);
  }
  return node;
}

void infer_shapes(Graph& graph, Components& components, const Tensors& sample) {
  const NoGradients guard;
  std::vector<Tensors> values(graph.nodes().size());
  size_t place = 0;
  for (Node* node : graph.nodes()) {
    Tensors& result = values[node->index()];
    if (node->meta.common.mase_type.empty()) node->meta.common.mase_type = mase_type_of(*node);
    if (node->op_kind == OpKind::placeholder) {
      if (place >= sample.size())
        throw Error(format("graph '{}' takes more inputs than the sample's {}", graph.name, sample.size()));
      result = {sample[place++]};
      record(node->meta.common.results.add("data_out_0"), result[0]);
    } else if (node->op_kind == OpKind::get_attr) {
      result = {graph.tensor(node->params.empty() ? node->target : node->params[0].key)};
      record(node->meta.common.results.add("data_out_0"), result[0]);
    } else if (node->op) {
      result = run_once(graph, *node, *components.shared<Op>(node->op), &values);
    } else if (node->op_kind == OpKind::output) {
      for (size_t i = 0; i < node->args.size(); ++i) {
        const at::Tensor value = value_of(*node, i, &values);
        record(node->meta.common.args.add("data_in_" + std::to_string(i)), value);
        record(node->meta.common.results.add("data_out_" + std::to_string(i)), value);
      }
    }
  }
  if (place != sample.size())
    throw Error(format("graph '{}' takes {} inputs, the sample has {}", graph.name, place, sample.size()));
}

}  // namespace mase
