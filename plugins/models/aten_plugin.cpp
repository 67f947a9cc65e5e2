// Operators of torch.library that some plugin has: torch.ops.acme.add_constant is the component acme.add_constant.
#include "aten_plugin.h"

#include <algorithm>

#include "mase/text.h"

namespace models {

namespace {

mase::Value field_value(const AtenCall& call, const std::string& name, const AtenValue& value) {
  if (const auto* v = value.get<Size>()) {
    if (!v->fixed()) throw OneBatchOnly{mase::format("'{}' of node '{}' grows with the batch", name, call.node)};
    return v->at[0];
  }
  if (const auto* v = value.get<double>()) return *v;
  if (const auto* v = value.get<bool>()) return *v;
  if (const auto* v = value.get<std::string>()) return *v;
  if (const auto* v = value.get<at::ScalarType>()) return dtype_name(*v);
  if (const auto* v = value.get<AtenValue::List>()) {
    mase::List list;
    for (const AtenValue& item : *v) list.push_back(field_value(call, name, item));
    return list;
  }
  call.refuse(mase::format("'{}' is or holds {}, which no field can hold", name, value.type_name()));
}

// A tensor or a list of nothing else.
bool is_input(const AtenValue& value) {
  const auto* list = value.get<AtenValue::List>();
  return value.get<Wire>() || (list && !list->empty() && std::all_of(list->begin(), list->end(), is_input));
}

}  // namespace

size_t count_inputs(const mase::Op& op, const std::string& component, size_t tensors) {
  const size_t params = op.parameters().size();
  const auto [least, most] = op.arity();
  const int64_t inputs = static_cast<int64_t>(tensors) - static_cast<int64_t>(params);
  if (inputs >= least && (most < 0 || inputs <= most)) return static_cast<size_t>(inputs);
  const std::string expected = most < 0        ? mase::format("at least {}", least)
                               : least == most ? mase::format("{}", least)
                                               : mase::format("{} to {}", least, most);
  throw mase::Error(
      mase::format("{} tensors, but {} takes {} inputs and {} parameters", tensors, component, expected, params), {},
      "arity() and parameters() of the operator say how many");
}

const mase::ComponentInfo* plugin_operator(ImportBuilder& builder, const std::string& target) {
  constexpr std::string_view kPrefix = "torch.ops.";
  if (!target.starts_with(kPrefix)) return nullptr;
  std::string name = target.substr(kPrefix.size());
  name.resize(name.rfind('.') == name.find('.') ? name.size() : name.rfind('.'));  // without the overload
  for (const mase::ComponentInfo* info : builder.context().components().list(mase::Op::kKind))
    if (info->name == name) return info;
  return nullptr;
}

AtenValues run_plugin_operator(const mase::ComponentInfo& info, const AtenCall& call,
                               const std::vector<std::string>& order) {
  mase::Map with;
  Wires inputs;
  for (const std::string& name : order) {
    if (is_input(call.arg(name)))
      for_each_wire(call.arg(name), [&](const Wire& wire) { inputs.push_back(wire); });
    else if (call.has(name))
      with.set(name, field_value(call, name, call.arg(name)));
  }
  const mase::Chosen chosen(info.name, std::move(with));
  std::map<std::string, Wire> weights;
  try {
    const auto op = call.builder.context().create<mase::Op>(chosen);
    size_t next = count_inputs(*op, info.name, inputs.size());
    const size_t count = next;
    for (const mase::ParameterInfo& p : op->parameters()) weights[p.name] = inputs[next++];
    inputs.resize(count);
  } catch (const mase::Error& e) {
    call.refuse(e.message(), e.hint());
  }
  AtenValues results;
  for (const Wire& wire : call.builder.apply(call.node, chosen, inputs, weights, SIZE_MAX, call.target))
    results.emplace_back(wire);
  return results;
}

}  // namespace models
