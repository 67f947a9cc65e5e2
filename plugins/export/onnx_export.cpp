// Walking a graph into an ONNX model: names are kept, formats are asked about every tensor.
#include "onnx_export.h"

#include <mase/op.h>
#include <mase/text.h>

#include <algorithm>

namespace mase::exporting {
namespace {

constexpr size_t kNamed = 40;  // of nodes in one message

// -1 for the batch: the first axis, where the sample has size one.
Shape open_batch(Shape shape) {
  if (!shape.empty() && shape[0] == 1) shape[0] = -1;
  return shape;
}

class Walk {
 public:
  Walk(OnnxWriter& out, const Graph& graph, Context& context, OnnxFormats& formats)
      : out_(out), graph_(graph), formats_(formats), emitters_(onnx_emitters()) {
    for (const ComponentInfo* info : context.list<Op>()) infos_[info->name] = info;
    for (const std::string& key : graph.tensor_keys()) names_taken_.insert(key);
  }

  void run() {
    for (const Node* node : graph_.nodes()) {
      if (node->op_kind == OpKind::placeholder) {
        placeholder(*node);
      } else if (node->op_kind == OpKind::get_attr) {
        attribute(*node);
      } else if (node->op_kind == OpKind::output) {
        outputs(*node);
      } else {
        operation(*node);
      }
    }
    if (!problems_.empty())
      throw Error(format("{} of {} nodes have no counterpart in ONNX: {}", problems_.size(), graph_.nodes().size(),
                         node_list(problems_)),
                  {}, "replace these operators, or export the part of the graph before them");
  }

 private:
  // The name under which a node's result is known outside.
  std::string name_of(const Node& node) { return names_taken_.contains(node.name) ? node.name + "_out" : node.name; }

  std::string quantized(const Node& node, const TensorMeta* meta, const std::string& value,
                        const std::string& wanted = {}) {
    return meta && meta->format ? formats_.activation(out_, node, *meta, value, wanted) : value;
  }

  void placeholder(const Node& node) {
    const TensorMetas& results = node.meta.common.results;
    if (results.empty()) throw Error(format("the shape of input '{}' is not known", node.name));
    const std::string name = out_.fresh(name_of(node));
    out_.input(name, results[0].torch_dtype, open_batch(results[0].shape));
    values_[&node] = {quantized(node, &results[0], name)};
  }

  void attribute(const Node& node) {
    const std::string& key = node.params.empty() ? node.target : node.params[0].key;
    const TensorMetas& results = node.meta.common.results;
    const std::string value = out_.initializer(key, graph_.tensor(key));
    values_[&node] = {quantized(node, results.empty() ? nullptr : &results[0], value)};
  }

  static const TensorMeta* argument_meta(const Node& node, size_t index) {
    const TensorMetas& args = node.meta.common.args;
    if (index < args.size() && !node.param(args[index].name)) return &args[index];
    return args.find("data_in_" + std::to_string(index));
  }

  Names inputs_of(const Node& node) {
    Names inputs;
    for (size_t i = 0; i < node.args.size(); ++i) {
      const Argument& a = node.args[i];
      std::string value;
      if (a.node) value = quantized(node, argument_meta(node, i), values_.at(a.node).at(static_cast<size_t>(a.result)));
      inputs.push_back(value);
    }
    return inputs;
  }

  Map fields_of(const Node& node) const {
    Map fields;
    const auto info = infos_.find(node.op.name());
    if (info != infos_.end() && info->second->fields)
      for (const Fields::Field& f : info->second->fields->all()) fields.set(f.info.name, f.info.default_value);
    for (const Entry& e : node.op.with()) fields.set(e.key, e.value);
    return fields;
  }

  void operation(const Node& node) {
    try {
      const auto emitter = emitters_.find(node.mase_op);
      if (emitter == emitters_.end() || node.op.name() != "nn." + node.mase_op) throw NoCounterpart{};
      // Only what the emitter asks for gets into the file.
      const auto params = [&](const Parameter& p) {
        return formats_.parameter(out_, node, p, out_.initializer(p.key, graph_.tensor(p.key)));
      };
      const Map fields = fields_of(node);
      Names inputs = inputs_of(node);
      const size_t first = out_.size();
      OnnxEmit emit(node, fields, out_, std::move(inputs), params);
      values_[&node] = finish(node, emitter->second(emit), first);
    } catch (const NoCounterpart& none) {
      problems_.push_back(format("{} ({}{}{})", node.name, node.mase_op, none.why.empty() ? "" : ": ", none.why));
      values_[&node] = Names(std::max<size_t>(node.meta.common.results.size(), 1), "?");
    }
  }

  // Results get the node's name; formats on results follow.
  Names finish(const Node& node, const Names& results, size_t first) {
    Names named;
    const TensorMetas& metas = node.meta.common.results;
    for (size_t i = 0; i < results.size(); ++i) {
      const TensorMeta* meta = i < metas.size() ? &metas[i] : nullptr;
      const std::string name = out_.fresh(i == 0 ? name_of(node) : format("{}.{}", name_of(node), i));
      std::string from = results[i];
      const auto end = results.begin() + static_cast<std::ptrdiff_t>(i);
      if (!out_.makes(first, from) || std::find(results.begin(), end, from) != end)
        from = out_.add(node.name, "Identity", {from});  // a value that belongs to another node
      const std::string before = meta && meta->format ? out_.fresh(name + "/unquantized") : name;
      out_.rename(first, from, before, i == 0 ? node.name : "");
      named.push_back(quantized(node, meta, before, name));
      if (before != name && named.back() == before) out_.rename(first, before, name, ""), named.back() = name;
    }
    return named;
  }

  void outputs(const Node& node) {
    std::set<std::string> used;
    const Names inputs = inputs_of(node);
    for (size_t i = 0; i < node.args.size(); ++i) {
      const Argument& a = node.args[i];
      if (!a.node) throw Error(format("output {} of graph '{}' is a constant, {}", i, graph_.name, a.constant.brief()));
      std::string value = inputs[i];
      // Inputs and tensors of the graph cannot be outputs themselves, and no value can be two.
      const bool direct = a.node->op_kind == OpKind::placeholder || a.node->op_kind == OpKind::get_attr;
      if (direct || !used.insert(value).second) {
        const std::string copy = out_.add("output", "Identity", {value});
        value = out_.fresh(format("{}_{}", node.name, i));
        out_.rename(out_.size() - 1, copy, value, value);
      }
      const TensorMeta& meta = a.node->meta.common.results.at(static_cast<size_t>(a.result));
      out_.output(value, meta.torch_dtype, open_batch(meta.shape));
    }
  }

  OnnxWriter& out_;
  const Graph& graph_;
  OnnxFormats& formats_;
  const OnnxEmitters emitters_;
  std::map<std::string, const ComponentInfo*> infos_;
  std::set<std::string> names_taken_;  // by tensors
  std::map<const Node*, Names> values_;
  std::vector<std::string> problems_;
};

}  // namespace

std::string node_list(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size() && i < kNamed; ++i) text += (i ? ", " : "") + items[i];
  if (items.size() > kNamed) text += format(" and {} more", items.size() - kNamed);
  return text;
}

void add_graph(OnnxWriter& out, const Graph& graph, Context& context, OnnxFormats& formats) {
  Walk(out, graph, context, formats).run();
}

}  // namespace mase::exporting
