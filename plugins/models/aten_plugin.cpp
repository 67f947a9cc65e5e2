// Operators of torch.library that some plugin has: torch.ops.acme.add_constant is the component acme.add_constant.
#include "aten_plugin.h"

#include <algorithm>

#include "mase/text.h"

namespace models {

namespace {

mase::Value field_value(const AtenCall& call, const std::string& name) {
  const AtenValue& value = call.arg(name);
  if (const auto* v = value.get<Size>()) return v->fixed() ? mase::Value(v->at[0]) : mase::Value();
  if (const auto* v = value.get<double>()) return *v;
  if (const auto* v = value.get<bool>()) return *v;
  if (const auto* v = value.get<std::string>()) return *v;
  if (const auto* v = value.get<at::ScalarType>()) return dtype_name(*v);
  if (value.get<AtenValue::List>()) return call.integers(name);
  call.refuse(mase::format("'{}' is {}, which no field can hold", name, value.type_name()));
}

}  // namespace

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
    if (call.arg(name).get<Wire>())
      inputs.push_back(call.tensor(name));
    else if (call.has(name))
      with.set(name, field_value(call, name));
  }
  const mase::Chosen chosen(info.name, std::move(with));
  const auto params = call.builder.context().create<mase::Op>(chosen)->parameters();
  if (inputs.size() < params.size())
    call.refuse(mase::format("has {} tensors, but {} has {} parameters", inputs.size(), info.name, params.size()));
  std::map<std::string, Wire> weights;  // the last tensors
  for (size_t i = 0; i < params.size(); ++i) weights[params[i].name] = inputs[inputs.size() - params.size() + i];
  inputs.resize(inputs.size() - params.size());
  AtenValues results;
  for (const Wire& wire : call.builder.apply(call.node, chosen, inputs, weights, SIZE_MAX, call.target))
    results.emplace_back(wire);
  return results;
}

}  // namespace models
