// Running ATen calls one after the other: defaults from the schemas, views, and operators that work in place.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/function_schema.h>

#include <algorithm>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

// "relu_" is "relu" in place; "__and__" is not.
bool is_in_place(const std::string& base) { return base.size() > 1 && base.ends_with('_') && !base.ends_with("__"); }

// By operator and overload, or by operator; null for one that nobody knows.
const AtenHandler* handler_of(const AtenCall& call) {
  const AtenTable& table = aten_table();
  auto found = table.find(call.op);
  if (found == table.end()) found = table.find(call.base());
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace

const c10::FunctionSchema* aten_schema(const std::string& op) {
  const size_t dot = op.find('.');
  std::string overload = dot == op.npos ? std::string() : op.substr(dot + 1);
  if (overload == "default") overload.clear();
  const auto handle = c10::Dispatcher::singleton().findSchema({"aten::" + op.substr(0, dot), overload});
  return handle && handle->hasSchema() ? &handle->schema() : nullptr;
}

AtenValue from_ivalue(const c10::IValue& value) {
  if (value.isTensor())
    return value.toTensor().defined() ? AtenValue(ImportBuilder::known(value.toTensor())) : AtenValue();
  if (value.isInt()) return Size(value.toInt());
  if (value.isDouble()) return value.toDouble();
  if (value.isBool()) return value.toBool();
  if (value.isString()) return value.toStringRef();
  if (value.isDevice()) return value.toDevice().str();
  AtenValue::List list;
  if (value.isList()) {
    for (const c10::IValue& item : value.toListRef()) list.push_back(from_ivalue(item));
    return list;
  }
  if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) list.push_back(from_ivalue(item));
    return list;
  }
  return {};
}

void AtenWalk::define(const std::string& label, AtenValue value) {
  set(label, std::move(value));
  fixed_.insert(values_.at(label).storage);
}

void AtenWalk::alias(const std::string& label, const std::string& of) {
  const Held held = values_.at(of);
  Held& mine = values_[label];
  if (mine.storage != held.storage) shared_[held.storage].push_back(label);  // loops bind a label at every turn
  mine = held;
}

const AtenValue& AtenWalk::use(const std::string& label, const std::string& node) const {
  const auto found = values_.find(label);
  if (found == values_.end()) builder_.fail(node, mase::format("'{}' is used but nothing before makes it", label));
  if (!found->second.changed_by.empty())
    builder_.fail(
        node, mase::format("uses '{}', which node '{}' changes through a view of it", label, found->second.changed_by),
        "write the model without assigning to parts of tensors, or export it with run_decompositions()");
  return found->second.value;
}

AtenValues AtenWalk::call(AtenCall& call) {
  bool is_unknown = false, is_absent = false;
  for (auto& [name, value] : call.args) {
    // A mask that is left out hides nothing.
    const bool is_mask = name == "attn_mask" || name == "attn_bias";
    if (const auto* mask = is_mask ? value.get<Wire>() : nullptr) value = remains(*mask);
    for_each_wire(value, [&](const Wire& wire) {
      is_unknown |= wire.state == Wire::State::unknown;
      is_absent |= wire.absent() && !is_mask;
    });
  }
  if (!is_unknown) return is_absent ? call_without(call) : dispatch(call);
  // What stands behind an operator that cannot be read is named with it.
  const AtenHandler* handler = handler_of(call);
  return handler && !handler->target<Refused>() ? AtenValues{ImportBuilder::unknown()} : dispatch(call);
}

AtenValues AtenWalk::dispatch(AtenCall& call) {
  const AtenHandler* handler = handler_of(call);
  if (!handler) return {builder_.unknown(call.node, "aten." + call.op, 1)[0]};
  try {
    return (*handler)(call);
  } catch (const c10::Error& e) {
    call.refuse(e.what_without_backtrace());
  }
}

AtenValues AtenWalk::run(AtenCall& call, const std::map<std::string, std::string>& labels) {
  const c10::FunctionSchema* schema = aten_schema(call.op);
  if (schema) {
    for (const c10::Argument& arg : schema->arguments())
      if (arg.default_value() && !call.args.contains(arg.name()))
        call.args[arg.name()] = from_ivalue(*arg.default_value());
    for (const c10::Argument& arg : schema->arguments())
      if (!call.args.contains(arg.name()) && arg.type()->kind() != c10::TypeKind::OptionalType)
        call.refuse(mase::format("its argument '{}' is missing", arg.name()));
  }
  if (!is_in_place(call.base())) return this->call(call);

  const auto self = labels.find("self");
  if (!schema || self == labels.end()) {
    builder_.lose_track();  // of what it writes to
    return {builder_.unknown(call.node, "aten." + call.op, 1)[0]};
  }
  const std::string in_place = call.op, base = call.base();
  call.op = base.substr(0, base.size() - 1) + in_place.substr(base.size());
  const Wire before = call.tensor("self");
  AtenValues results = this->call(call);
  const Wire* result = results.size() == 1 ? results[0].get<Wire>() : nullptr;
  if (!result) call.refuse("works in place on something that is no tensor");
  Wire after = *result;
  if (after.usable() && before.usable()) {
    if (after.sizes() != before.sizes()) call.refuse("changes a tensor's shape in place");
    after = builder_.cast(call.node + "_cast", after, before.dtype());
  }
  overwrite(call, self->second, after);
  call.op = in_place;  // whose schema tells that the result is the argument
  return {after};
}

}  // namespace models
