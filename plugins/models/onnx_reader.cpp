// Walking an ONNX graph.
#include "onnx_reader.h"

#include <algorithm>

#include "mase/format.h"
#include "mase/text.h"
#include "onnx_operators.h"
#include "onnx_order.h"
#include "onnx_quantize.h"

namespace models::onnx {

namespace {

constexpr int kDepth = 32;                  // of branches and functions in each other
constexpr size_t kSteps = size_t{1} << 15;  // nodes that functions may bring in

std::map<std::string, int64_t> opsets_of(const google::protobuf::RepeatedPtrField<proto::OperatorSetIdProto>& imports) {
  std::map<std::string, int64_t> opsets;
  for (const auto& o : imports) opsets[o.domain() == "ai.onnx" ? std::string() : o.domain()] = o.version();
  return opsets;
}

std::string function_key(const std::string& domain, const std::string& name, const std::string& overload) {
  return (domain == "ai.onnx" ? std::string() : domain) + "::" + name + ":" + overload;
}

InputInfo describe(const proto::ValueInfoProto& input) {
  InputInfo info;
  info.name = input.name();
  if (!input.type().has_tensor_type())
    throw mase::Error(mase::format("input '{}' is no tensor", input.name()), {}, "sequences and maps cannot be read");
  const auto& type = input.type().tensor_type();
  try {
    if (type.elem_type() != 0) info.dtype = scalar_type(type.elem_type());
    if (!type.has_shape()) return info;
    info.shape.emplace();
    mase::Shape sizes;
    for (const auto& d : type.shape().dim()) {
      if (d.has_dim_value() && d.dim_value() < 0)
        throw mase::Error(mase::format("it has a dimension of {}", d.dim_value()));
      // Some exporters write an open size as 0.
      const bool is_open = !d.has_dim_value() || d.dim_value() == 0;
      info.symbols.push_back(is_open ? d.dim_param() : std::string());
      info.shape->push_back(is_open ? std::nullopt : std::optional<int64_t>(d.dim_value()));
      sizes.push_back(is_open ? 1 : d.dim_value());
    }
    if (count_elements(sizes) > int64_t{1} << 31) throw mase::Error("its shape has more than 2^31 elements");
  } catch (const mase::Error& e) {
    throw mase::Error(mase::format("input '{}': {}", input.name(), e.message()), e.loc(), e.hint());
  }
  return info;
}

}  // namespace

Reader::Reader(const File& file, ImportBuilder& build) : file_(file), build_(build) {
  for (const auto& f : file.model().functions())
    if (!functions_.emplace(function_key(f.domain(), f.name(), f.overload()), &f).second)
      throw mase::Error(mase::format("two functions are named '{}::{}'", f.domain(), f.name()));
}

void Reader::read() {
  const proto::GraphProto& graph = file_.model().graph();
  Scope scope;
  scope.opsets = opsets_of(file_.model().opset_import());
  load(graph, scope);
  std::vector<InputInfo> infos;
  for (const auto& input : graph.input())
    if (!scope.values.contains(input.name())) infos.push_back(describe(input));
  for (auto& [name, wire] : build_.inputs(infos)) scope.values[name] = Value(wire);
  walk(graph.node(), scope);
  if (graph.output().empty()) throw mase::Error("the graph has no outputs");
  for (const auto& output : graph.output()) {
    const Value* value = scope.find(output.name());
    if (!value) throw mase::Error(mase::format("output '{}' is made by no node", output.name()));
    build_.output(output.name(), value->codes ? build_.unknown(output.name(), "QuantizeLinear", 1,
                                                               "its integers are an output of the file")[0]
                                              : resolve(*value));
  }
}

// Tensors of the graph become constants; those that nothing uses are dropped with the rest.
void Reader::load(const proto::GraphProto& graph, Scope& scope) {
  if (!graph.sparse_initializer().empty()) throw mase::Error("the graph has sparse tensors, which cannot be read");
  for (const auto& t : graph.initializer()) {
    if (t.name().empty()) throw mase::Error("a tensor of the graph has no name");
    Value value(ImportBuilder::known(file_.tensor(t), t.name()));
    value.type = t.data_type();
    if (!scope.values.emplace(t.name(), std::move(value)).second)
      throw mase::Error(mase::format("two tensors are named '{}'", t.name()));
  }
}

void Reader::walk(const google::protobuf::RepeatedPtrField<proto::NodeProto>& nodes, Scope& scope) {
  for (const proto::NodeProto* message : in_order(nodes, [&](const std::string& name) { return scope.find(name); })) {
    if (scope.depth > 0 && ++steps_ > kSteps)
      throw mase::Error(mase::format("functions bring in more than {} nodes", kSteps));
    build_.visit();
    const Node node(*this, scope, *message);
    Values results = run(node);
    for (int i = 0; i < message->output_size(); ++i) {
      if (message->output(i).empty()) continue;
      if (static_cast<size_t>(i) >= results.size()) {
        const Wires none = build_.unknown(node.name(), node.full_op(), 1, mase::format("its result {} is used", i));
        results.resize(static_cast<size_t>(i), Value(none[0])), results.push_back(Value(none[0]));
      }
      const Value& value = results[static_cast<size_t>(i)];
      scope.values[message->output(i)] = value;
      if (i == 0) build_.name(node.name(), value.wire);
      build_.name(scope.prefix + message->output(i), value.wire);
    }
  }
}

// What cannot be computed passes on; everything else goes to the operator's reader.
Values Reader::run(const Node& node) {
  bool is_unknown = false, is_absent = false;
  for (int i = 0; i < node.inputs(); ++i) {
    if (!node.has(i)) continue;
    const Wire& wire = node.value(i).wire;
    is_unknown |= wire.state == Wire::State::unknown;
    is_absent |= wire.absent();
  }
  const auto results = static_cast<size_t>(node.message().output_size());
  const auto listed = [&](const std::string& why) {
    const Wires none = build_.unknown(node.name(), node.full_op(), results, why);
    return Values(none.begin(), none.end());
  };
  if (is_unknown) {
    // What stands behind an operator that cannot be read is named with it.
    if (const auto why = unreadable(node)) return listed(*why);
    return Values(results, Value(ImportBuilder::unknown()));
  }
  try {
    return is_absent ? run_without(node) : dispatch(node);
  } catch (const Unsupported& e) {
    return listed(e.why);
  } catch (const mase::Error& e) {
    if (e.loc()) throw;
    build_.fail(node.name(), mase::format("{}: {}", node.op(), e.message()), e.hint());
  } catch (const c10::Error& e) {
    build_.fail(node.name(), mase::format("{}: {}", node.op(), e.what_without_backtrace()));
  }
}

Values Reader::dispatch(const Node& node) {
  if (const auto why = unreadable(node)) throw Unsupported{*why};
  if (const proto::FunctionProto* function = function_of(node)) return call_function(node, *function);
  const Table& table = operators();
  const auto found = table.find(node.full_op());
  const Handler handler = found != table.end() ? found->second : plugin_operator(node);
  for (int i = 0; i < node.inputs(); ++i)
    if (node.has(i) && node.value(i).codes && !takes_integers(node.op()))
      throw Unsupported{"it computes with the integers of a QuantizeLinear"};
  Values results = handler(node);
  if (keeps_order(node.op()) && node.has(0) && node.value(0).codes)
    for (Value& result : results) {
      Wire wire = std::move(result.wire);
      result = node.value(0), result.wire = std::move(wire);
    }
  return results;
}

// Why no form of the operator can be read; "" where nobody knows it.
std::optional<std::string> Reader::unreadable(const Node& node) const {
  if (function_of(node)) return std::nullopt;
  const auto found = operators().find(node.full_op());
  if (found == operators().end()) return plugin_operator(node) ? std::nullopt : std::optional<std::string>("");
  const auto* refused = found->second.target<Refused>();
  return refused ? std::optional<std::string>(refused->why) : std::nullopt;
}

const proto::FunctionProto* Reader::function_of(const Node& node) const {
  const auto found =
      functions_.find(function_key(node.message().domain(), node.message().op_type(), node.message().overload()));
  return found == functions_.end() ? nullptr : found->second;
}

Values Reader::call_function(const Node& node, const proto::FunctionProto& function) {
  if (node.scope().depth >= kDepth) throw mase::Error("functions are nested too deep, or call themselves");
  Scope scope;
  scope.depth = node.scope().depth + 1;
  scope.opsets = opsets_of(function.opset_import());
  scope.prefix = node.name() + "/";
  for (int i = 0; i < function.input_size(); ++i)
    scope.values[function.input(i)] = node.has(i) ? node.value(i) : Value();
  for (const auto& a : function.attribute_proto()) scope.attributes[a.name()] = &a;
  for (const auto& name : function.attribute())
    if (const auto* a = node.attribute(name)) scope.attributes[name] = a;
  for (const auto& a : function.attribute_proto())
    if (const auto* given = node.attribute(a.name())) scope.attributes[a.name()] = given;
  walk(function.node(), scope);
  Values results;
  for (const auto& name : function.output()) {
    const Value* value = scope.find(name);
    if (!value) throw mase::Error(mase::format("no node of the function makes its output '{}'", name));
    results.push_back(*value);
  }
  return results;
}

Values Reader::branch(const Node& node, const proto::GraphProto& graph, const std::string& prefix) {
  if (node.scope().depth >= kDepth) throw mase::Error("graphs are nested too deep");
  Scope scope;
  scope.outer = &node.scope();
  scope.depth = node.scope().depth + 1;
  scope.opsets = node.scope().opsets;
  scope.attributes = node.scope().attributes;
  scope.prefix = prefix;
  load(graph, scope);
  walk(graph.node(), scope);
  Values results;
  for (const auto& output : graph.output()) {
    const Value* value = scope.find(output.name());
    if (!value) throw mase::Error(mase::format("no node makes the branch's output '{}'", output.name()));
    results.push_back(*value);
  }
  return results;
}

// The tensor in a wrapper of its own: the same constant may be used without a format, too.
Wire Reader::with_format(const Value& value) {
  if (!value.wire.known() || !value.quantized || !value.quantized->format) return value.wire;
  mase::Chosen format = value.quantized->format;
  if (value.quantized->axis) {
    mase::Map with = format.with();
    with.set("axis", *value.quantized->axis);
    format = mase::Chosen(format.name(), std::move(with));
  }
  Wire wire = value.wire;
  wire.trace.fill(wire.trace[0].alias());
  if (wire.key.empty()) wire.key = "constant";  // so that it stays apart from an equal one without the format
  formats_.emplace_back(wire.trace[0], std::move(format));
  return wire;
}

Wire Reader::resolve(const Value& value) {
  if (!value.wire.known() || !value.quantized || !value.quantized->format) return value.wire;
  Value quantized = value;
  mase::Map with = value.quantized->format.with();
  if (value.quantized->axis) with.set("axis", *value.quantized->axis);
  mase::Chosen chosen(value.quantized->format.name(), std::move(with));
  const auto format = build_.context().components().shared<mase::Format>(chosen);
  mase::QuantizeContext context;
  context.tensor = value.wire.key;
  for (at::Tensor& t : quantized.wire.trace) {
    build_.make_room({value.wire}, t.nbytes());
    t = format->quantize(t, context);
    build_.hold(t);
  }
  if (value.wire.trace[0].numel() == 1) return quantized.wire;
  // The values are the format's now. Those that float32 cannot hold exactly would move on when they are rounded down.
  with = value.quantized->format.with();
  if (with.erase("rounding")) quantized.quantized->format = {chosen.name(), std::move(with)};
  return with_format(quantized);
}

void Reader::place_formats(mase::Graph& graph) const {
  for (mase::Node* node : graph.nodes())
    for (const mase::Parameter& p : node->params) {
      const at::Tensor& tensor = graph.tensor(p.key);
      const auto found =
          std::find_if(formats_.begin(), formats_.end(), [&](const auto& f) { return f.first.is_same(tensor); });
      if (found == formats_.end()) continue;
      const bool is_constant = node->op_kind == mase::OpKind::get_attr;
      auto& metas = is_constant ? node->meta.common.results : node->meta.common.args;
      metas.at(is_constant ? std::string_view("data_out_0") : std::string_view(p.name)).format = found->second;
    }
}

}  // namespace models::onnx
