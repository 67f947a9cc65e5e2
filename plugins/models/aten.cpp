// Arguments of ATen calls: reading them by name and type.
#include "aten.h"

#include <ATen/ops/scalar_tensor.h>

#include <algorithm>

#include "mase/text.h"

namespace models {

const char* AtenValue::type_name() const {
  static constexpr const char* kNames[] = {"None",   "a tensor", "an integer", "a number", "a truth value",
                                           "a text", "a type",   "a list",     "an object"};
  return kNames[data_.index()];
}

AtenValue result_at(const AtenValues& results, size_t index) {
  const Wire* only = results.size() == 1 ? results[0].get<Wire>() : nullptr;
  if (!only || only->usable() || index == 0) return index < results.size() ? results[index] : AtenValue();
  Wire wire;
  wire.state = only->state, wire.of_shape = true;
  return wire;
}

void for_each_wire(const AtenValue& value, const std::function<void(const Wire&)>& visit) {
  if (const auto* wire = value.get<Wire>()) visit(*wire);
  if (const auto* list = value.get<AtenValue::List>())
    for (const AtenValue& item : *list) for_each_wire(item, visit);
}

const AtenValue& AtenCall::arg(const std::string& name) const {
  static const AtenValue kNone{};
  const auto found = args.find(name);
  return found == args.end() ? kNone : found->second;
}

void AtenCall::refuse(const std::string& why, const std::string& hint) const {
  builder.fail(node, mase::format("{}: {}", op, why), hint);
}

void AtenCall::mistyped(const std::string& name, const char* expected) const {
  refuse(mase::format("its argument '{}' is {}, expected {}", name, arg(name).type_name(), expected));
}

Wire AtenCall::tensor(const std::string& name) const {
  const AtenValue& value = arg(name);
  if (const auto* wire = value.get<Wire>()) return *wire;
  if (value.is_none()) return ImportBuilder::absent();
  if (const auto* size = value.get<Size>()) return ImportBuilder::known(*size);
  if (const auto* number = value.get<double>()) return ImportBuilder::known(at::scalar_tensor(*number, at::kFloat));
  if (const auto* flag = value.get<bool>()) return ImportBuilder::known(at::scalar_tensor(*flag, at::kBool));
  mistyped(name, "a tensor");
}

// A number takes part in the other operand's type, and in double where that type is real: it is not rounded early.
Wire AtenCall::operand(const std::string& name, const Wire& beside) const {
  const auto* number = arg(name).get<double>();
  if (!number || !beside.usable()) return tensor(name);
  const bool is_real = at::isFloatingType(beside.dtype()) && (beside.rank() > 0 || beside.dtype() == at::kDouble);
  return ImportBuilder::known(at::scalar_tensor(*number, is_real ? at::kDouble : at::kFloat));
}

Size AtenCall::size(const std::string& name) const {
  const AtenValue& value = arg(name);
  if (const auto* size = value.get<Size>()) return *size;
  if (const auto* flag = value.get<bool>()) return Size(*flag ? 1 : 0);
  if (const auto* wire = value.get<Wire>())
    if (const auto sizes = ImportBuilder::integers(*wire); sizes && sizes->size() == 1) return sizes->front();
  mistyped(name, "an integer that follows from shapes");
}

int64_t AtenCall::integer(const std::string& name) const {
  const Size value = size(name);
  if (!value.fixed()) throw OneBatchOnly{mase::format("'{}' of node '{}' grows with the batch", name, node)};
  return value.at[0];
}

double AtenCall::number(const std::string& name) const {
  const AtenValue& value = arg(name);
  if (const auto* number = value.get<double>()) return *number;
  if (value.get<Size>() || value.get<bool>()) return static_cast<double>(integer(name));
  if (const auto* wire = value.get<Wire>(); wire && wire->known() && wire->trace[0].numel() == 1)
    return wire->trace[0].item<double>();
  mistyped(name, "a number");
}

bool AtenCall::flag(const std::string& name) const {
  const AtenValue& value = arg(name);
  if (const auto* flag = value.get<bool>()) return *flag;
  if (value.get<Size>()) return integer(name) != 0;
  mistyped(name, "a truth value");
}

std::string AtenCall::text(const std::string& name) const {
  if (const auto* text = arg(name).get<std::string>()) return *text;
  mistyped(name, "a text");
}

Sizes AtenCall::sizes(const std::string& name) const {
  const AtenValue& value = arg(name);
  if (const auto* wire = value.get<Wire>()) {
    if (const auto sizes = ImportBuilder::integers(*wire)) return *sizes;
    mistyped(name, "a list of integers that follow from shapes");
  }
  const auto* list = value.get<AtenValue::List>();
  if (!list) return {size(name)};
  Sizes sizes;
  for (const AtenValue& item : *list) {
    AtenCall part{builder, node, op, target, {{name, item}}};
    sizes.push_back(part.size(name));
  }
  return sizes;
}

std::vector<int64_t> AtenCall::integers(const std::string& name) const {
  std::vector<int64_t> result;
  for (const Size& n : sizes(name)) {
    if (!n.fixed()) throw OneBatchOnly{mase::format("'{}' of node '{}' grows with the batch", name, node)};
    result.push_back(n.at[0]);
  }
  return result;
}

std::optional<at::ScalarType> AtenCall::dtype(const std::string& name) const {
  const AtenValue& value = arg(name);
  if (value.is_none()) return std::nullopt;
  if (const auto* type = value.get<at::ScalarType>()) return *type;
  const int64_t number = integer(name);
  if (number < 0 || number >= static_cast<int64_t>(at::ScalarType::NumOptions))
    refuse(mase::format("its argument '{}' is {}, which is no type", name, number));
  return static_cast<at::ScalarType>(number);
}

Wires AtenCall::tensors(const std::string& name) const {
  const auto* list = arg(name).get<AtenValue::List>();
  if (!list) mistyped(name, "a list of tensors");
  Wires wires;
  for (const AtenValue& item : *list) {
    AtenCall part{builder, node, op, target, {{name, item}}};
    wires.push_back(part.tensor(name));
  }
  return wires;
}

int64_t AtenCall::axis(const std::string& name, int64_t rank) const {
  const int64_t axis = integer(name), most = std::max<int64_t>(rank, 1);
  if (axis < -most || axis >= most) refuse(mase::format("'{}' is {}, but there are {} axes", name, axis, rank));
  return axis < 0 ? axis + most : axis;
}

Wire AtenCall::emit(const std::string& name, Wires inputs, mase::Map with) const {
  return builder.call(node, name, std::move(inputs), std::move(with));
}

const AtenTable& aten_table() {
  static const AtenTable table = [] {
    AtenTable t;
    add_aten_sizes(t), add_aten_lists(t), add_aten_elementwise(t), add_aten_activations(t), add_aten_shapes(t),
        add_aten_indexing(t);
    add_aten_creation(t), add_aten_layers(t), add_aten_norms(t), add_aten_pools(t), add_aten_products(t);
    add_aten_reductions(t), add_aten_losses(t), add_aten_transformers(t);
    return t;
  }();
  return table;
}

}  // namespace models
