// What follows from the formats: type, precision and grid of every argument, parameter and result.
#include "derive.h"

#include "executor_plan.h"
#include "mase/execute.h"
#include "mase/text.h"

namespace mase {

void Derive::set(TensorMeta& meta, std::string_view type, std::vector<int64_t> precision,
                 std::optional<FixedPoint> point) {
  if (meta.type_ != type) meta.type_ = type;
  meta.precision_ = std::move(precision);
  meta.point_ = point;
}

void Derive::set_float(TensorMeta& meta) {
  if (meta.type_ == "float" && !meta.point_ && meta.precision_.size() == 1 && meta.precision_[0] == 32) return;
  set(meta, "float", {32}, std::nullopt);
}

void Derive::set_grid(TensorMeta& meta, const FixedPoint& point) {
  if (meta.type_ == "fixed" && meta.point_ == point) return;
  set(meta, "fixed", {point.width, point.frac_width}, point);
}

void Derive::set_as(TensorMeta& meta, const TensorMeta& other) {
  if (meta.type_ != other.type_) meta.type_ = other.type_;
  if (meta.precision_ != other.precision_) meta.precision_ = other.precision_;
  meta.point_ = other.point_;
}

TensorMeta* argument_meta(Node& node, size_t index) {
  TensorMetas& args = node.meta.common.args;
  if (index < args.size() && !node.param(args[index].name)) return &args[index];
  return args.find("data_in_" + std::to_string(index));
}

std::string trainable_key(const Node& node, const std::string& argument, const std::string& name) {
  return node.name + "." + argument + "." + name;
}

// Resolves the format of a described tensor and derives from it.
void Derive::apply(Node& node, TensorUse& use) {
  const Chosen& chosen = use.meta->format;
  use.format = components.shared<Format>(chosen);
  set(*use.meta, chosen.short_name(), use.format->precision(), use.format->fixed_point());
  add_trainable(node, *use.meta, *use.format);
}

void Derive::add_trainable(Node& node, const TensorMeta& meta, const Format& format) {
  for (FormatParameter& p : format.parameters(meta.shape)) {
    std::string key = trainable_key(node, meta.name, p.name);
    if (!graph.has_tensor(key) || graph.tensor(key).sizes() != p.initial.sizes())
      graph.set_tensor(std::move(key), p.initial);
  }
}

void Derive::inputs(Node& node, NodeParts& parts) {
  parts.inputs.resize(node.args.size());
  for (size_t i = 0; i < node.args.size(); ++i) {
    const Argument& arg = node.args[i];
    TensorUse& use = parts.inputs[i];
    use.meta = argument_meta(node, i);
    if (!use.meta) continue;
    if (use.meta->format) {
      apply(node, use);
    } else if (arg.node && static_cast<size_t>(arg.result) < arg.node->meta.common.results.size()) {
      set_as(*use.meta, arg.node->meta.common.results[static_cast<size_t>(arg.result)]);
    } else {
      set_float(*use.meta);
    }
  }
}

void Derive::parameters(Node& node, NodeParts& parts) {
  TensorMetas& metas = node.meta.common.args;
  for (const ParameterInfo& info : parts.op->parameters()) {
    ParameterUse& use = parts.params.emplace_back();
    use.parameter = node.param(info.name);
    if (!use.parameter)
      throw Error(format("node '{}' has no parameter '{}', which {} needs", node.name, info.name, node.op.name()),
                  node.op.loc());
    use.buffer = info.buffer, use.accumulator = info.accumulator;
    const size_t place = node.args.size() + parts.params.size() - 1;
    use.meta = place < metas.size() && metas[place].name == info.name ? &metas[place] : metas.find(info.name);
    if (!use.meta) continue;
    if (use.meta->format)
      apply(node, use);
    else
      set_float(*use.meta);
  }
}

void Derive::collect(const NodeParts& parts) {
  const auto fill = [](const auto& uses, auto& points, auto& shapes) {
    points.resize(uses.size()), shapes.resize(uses.size());
    for (size_t i = 0; i < uses.size(); ++i) {
      points[i] = uses[i].meta ? uses[i].meta->point() : std::nullopt;
      if (uses[i].meta)
        shapes[i] = uses[i].meta->shape;
      else
        shapes[i].clear();
    }
  };
  fill(parts.inputs, formats_.inputs, formats_.input_shapes);
  fill(parts.params, formats_.params, formats_.param_shapes);
}

namespace {

// Indices, masks and conditions: exact, but on no grid.
bool is_integer(const TensorMeta& meta) {
  return meta.torch_dtype.starts_with("int") || meta.torch_dtype.starts_with("uint") || meta.torch_dtype == "bool";
}

bool all_exact(const NodeParts& parts, bool& has_free_accumulator) {
  for (const TensorUse& use : parts.inputs)
    if (!use.meta || !(use.meta->point() || is_integer(*use.meta))) return false;
  for (const ParameterUse& use : parts.params) {
    const bool exact = use.meta && use.meta->point();
    if (use.accumulator && !use.format)
      has_free_accumulator = true;
    else if (!exact)
      return false;
  }
  return true;
}

}  // namespace

void Derive::results(Node& node, NodeParts& parts) {
  collect(parts);
  std::optional<FixedPoint> exact;
  bool has_free_accumulator = false;
  if (all_exact(parts, has_free_accumulator)) {
    exact = parts.op->result_format(formats_);
    for (ParameterUse& use : parts.params) {
      if (!exact || use.format || !use.accumulator) continue;
      use.grid = grid_for(graph.tensor(use.parameter->key), exact->frac_width);
      if (use.meta) set_grid(*use.meta, *use.grid);
      formats_.params[static_cast<size_t>(&use - parts.params.data())] = use.grid;
    }
    if (exact && has_free_accumulator) exact = parts.op->result_format(formats_);
  }
  for (TensorMeta& meta : node.meta.common.results) {
    TensorUse& use = parts.results.emplace_back();
    use.meta = &meta;
    if (meta.format)
      apply(node, use);
    else if (exact && !is_integer(meta))
      set_grid(meta, *exact);
    else
      set_float(meta);
  }
}

// Whether the node hands on values of its input, so that a grid before it is a grid behind it.
bool Derive::moves_only(const Node& node) {
  if (!node.op || node.args.size() != 1 || !node.params.empty()) return false;
  for (const TensorMeta& result : node.meta.common.results)
    if (result.format) return false;
  const FixedPoint probe{8, 3, true};
  OpFormats formats;
  formats.inputs = {probe};
  formats.input_shapes = {node.meta.common.args.empty() ? Shape{} : node.meta.common.args[0].shape};
  return components.shared<Op>(node.op)->result_format(formats) == probe;
}

// The one format under which everybody reads the value of `node`, if there is one: of a model's input it is the
// format of the wire.
Derive::Entry Derive::entry_of(const Node& node) {
  Entry entry;
  for (Node* user : node.users()) {
    if (user->op_kind == OpKind::output) return {};
    for (size_t i = 0; i < user->args.size(); ++i) {
      if (user->args[i].node != &node) continue;
      const TensorMeta* meta = argument_meta(*user, i);
      Entry found{user, meta};
      if (!meta || !meta->format) found = moves_only(*user) ? entry_of(*user) : Entry{};
      if (!found.meta || (entry.meta && !(entry.meta->format == found.meta->format))) return {};
      if (!entry.meta) entry = found;
    }
  }
  return entry;
}

void Derive::placeholder(Node& node, NodeParts& parts) {
  for (TensorMeta& meta : node.meta.common.results) {
    TensorUse& use = parts.results.emplace_back();
    use.meta = &meta;
    if (meta.format) {
      apply(node, use);
      continue;
    }
    set_float(meta);
    const Entry entry = node.op_kind == OpKind::placeholder ? entry_of(node) : Entry{};
    if (!entry.meta) continue;
    auto format = components.shared<Format>(entry.meta->format);
    const auto point = format->fixed_point();
    if (!point || !format->parameters(meta.shape).empty()) continue;
    set(meta, entry.meta->format.short_name(), format->precision(), point);
    use.format = std::move(format);
    parts.entry = entry.node->name + "." + entry.meta->name;
  }
}

NodeParts Derive::node(Node& node) {
  NodeParts parts;
  if (node.op) {
    parts.op = components.shared<Op>(node.op);
    at_node(node, [&] { check_arity(*parts.op, node.op, node.args.size()); });
    inputs(node, parts);
    parameters(node, parts);
    results(node, parts);
  } else if (node.op_kind == OpKind::output) {
    inputs(node, parts);
    TensorMetas& results = node.meta.common.results;
    for (size_t i = 0; i < results.size() && i < parts.inputs.size(); ++i)
      if (parts.inputs[i].meta) set_as(results[i], *parts.inputs[i].meta);
  } else {
    placeholder(node, parts);
  }
  return parts;
}

void derive(Graph& graph, Components& components) {
  Derive walk(graph, components);
  for (Node* node : graph.nodes()) walk.node(*node);
}

}  // namespace mase
