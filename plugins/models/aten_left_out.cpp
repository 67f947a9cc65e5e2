// AtenWalk: calls with an argument that is left out.
#include "aten.h"

namespace models {

namespace {

// The operator as left_out() knows it.
std::string vocabulary(const std::string& base) {
  static const std::map<std::string, std::string> kNames{{"bitwise_and", "logical_and"},
                                                         {"__and__", "logical_and"},
                                                         {"_softmax", "softmax"},
                                                         {"_safe_softmax", "softmax"},
                                                         {"bmm", "matmul"},
                                                         {"mm", "matmul"},
                                                         {"view", "reshape"},
                                                         {"_unsafe_view", "reshape"},
                                                         {"unsqueeze", "reshape"},
                                                         {"squeeze", "reshape"},
                                                         {"to", "cast"},
                                                         {"_to_copy", "cast"},
                                                         {"type_as", "cast"},
                                                         {"float", "cast"},
                                                         {"clone", "same"},
                                                         {"contiguous", "same"},
                                                         {"detach", "same"},
                                                         {"alias", "same"},
                                                         {"native_dropout", "dropout"},
                                                         {"clamp_min", "clamp"},
                                                         {"clamp_max", "clamp"},
                                                         {"max", "maximum"}};
  const auto found = kNames.find(base);
  return found == kNames.end() ? base : found->second;
}

// The value with every wire changed, in lists too.
AtenValue changed(const AtenValue& value, const std::function<Wire(const Wire&)>& change) {
  if (const auto* wire = value.get<Wire>()) return change(*wire);
  const auto* list = value.get<AtenValue::List>();
  if (!list) return value;
  AtenValue::List items;
  for (const AtenValue& item : *list) items.push_back(changed(item, change));
  return items;
}

bool is_along_last(const AtenCall& call, const Wires& inputs) {
  if (inputs.empty() || !call.has("dim") || !call.arg("dim").get<Size>()) return false;
  const Wire x = remains(inputs[0]);
  return x.usable() && call.axis("dim", x.rank()) == x.rank() - 1;
}

}  // namespace

// A call with an argument that is absent.
AtenValues AtenWalk::call_without(AtenCall& call) {
  const std::string base = call.base();
  Wires inputs;
  for (const char* name : {"condition", "self", "input", "mask", "other", "mat2"})
    if (call.arg(name).get<Wire>() || (base == "where" && call.has(name))) inputs.push_back(call.tensor(name));
  const LeftOut how = left_out(vocabulary(base), inputs, is_along_last(call, inputs));
  using Mode = LeftOut::Mode;
  if (how.mode == Mode::absent) return shadowed(call);
  if (how.mode == Mode::runs) return dispatch(call);
  if (how.mode == Mode::operand) return {tentative(remains(inputs.at(how.take)), inputs.at(how.take).is_weights)};
  for (auto& [name, value] : call.args)
    if (const auto* wire = value.get<Wire>()) value = remains(*wire);
  AtenValues results;
  if (how.mode != Mode::live && !builder_.try_shadow([&] { results = dispatch(call); }))
    return AtenValues{ImportBuilder::absent()};
  if (how.mode == Mode::live) results = dispatch(call);
  const bool is_plain = results.size() == 1 && results[0].get<Wire>();
  if (how.mode == Mode::live) return results;
  return is_plain ? AtenValues{tentative(*results[0].get<Wire>(), how.is_weights)}
                  : AtenValues{ImportBuilder::absent()};
}

// The results of a call that needs what is absent, as far as their shapes go.
AtenValues AtenWalk::shadowed(const AtenCall& call) {
  bool has_all = true, is_of_shape = call.base() == "sym_size" || call.base() == "size" || call.base() == "sym_numel";
  AtenCall with = call;
  for (auto& [name, value] : with.args)
    value = changed(value, [&](const Wire& wire) {
      if (!wire.absent()) return wire;
      has_all &= wire.shadow != nullptr, is_of_shape |= wire.of_shape;
      return wire.shadow ? *wire.shadow : wire;
    });
  AtenValues results;
  if (has_all && builder_.try_shadow([&] { results = dispatch(with); })) {
    for (AtenValue& value : results)
      value =
          changed(value, [](const Wire& wire) { return missing(wire.state == Wire::State::unknown ? Wire() : wire); });
    return results;
  }
  Wire nothing;
  nothing.of_shape = is_of_shape;
  return {nothing};
}

}  // namespace models
