// The table of ONNX's operators, and operators of other domains that plugins have.
#include "onnx_operators.h"

#include <algorithm>

#include "mase/text.h"

namespace models::onnx {

namespace {

std::string snake_case(const std::string& name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool starts = std::isupper(c) && i > 0 &&
                        (!std::isupper(static_cast<unsigned char>(name[i - 1])) ||
                         (i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1]))));
    if (starts && out.back() != '_') out += '_';
    out += static_cast<char>(std::tolower(c));
  }
  return out;
}

// "acme.foo" for acme::Foo; of a domain with dots its last part, or any of them, names the plugin.
const mase::ComponentInfo* component_of(const Node& n) {
  std::vector<std::string> prefixes;
  std::string domain = n.domain().empty() ? "onnx" : n.domain();
  prefixes.push_back(domain);
  while (!domain.empty()) {
    const size_t dot = domain.rfind('.');
    prefixes.push_back(dot == domain.npos ? domain : domain.substr(dot + 1));
    domain = dot == domain.npos ? std::string() : domain.substr(0, dot);
  }
  const auto all = n.build().context().components().list(mase::Op::kKind);
  for (const std::string& prefix : prefixes) {
    const std::string name = prefix + "." + snake_case(n.op());
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto* info) { return info->name == name; });
    if (found != all.end()) return *found;
  }
  return nullptr;
}

mase::Value value_of(const proto::AttributeProto& a, const mase::FieldInfo* field) {
  switch (a.type()) {
    case proto::AttributeProto::INT:
      if (field && field->type.kind == mase::TypeInfo::Kind::boolean) return a.i() != 0;
      return a.i();
    case proto::AttributeProto::FLOAT:
      return static_cast<double>(a.f());
    case proto::AttributeProto::STRING:
      return a.s();
    case proto::AttributeProto::INTS:
      return std::vector<int64_t>(a.ints().begin(), a.ints().end());
    case proto::AttributeProto::FLOATS:
      return std::vector<double>(a.floats().begin(), a.floats().end());
    case proto::AttributeProto::STRINGS:
      return std::vector<std::string>(a.strings().begin(), a.strings().end());
    default:
      throw Unsupported{mase::format("its attribute '{}' is no number, text or list of them", a.name())};
  }
}

Values run_component(const mase::ComponentInfo& info, const Node& n) {
  mase::Map with;
  for (const auto& a : n.message().attribute())
    if (const auto* given = n.attribute(a.name()))
      with.set(a.name(), value_of(*given, info.fields ? info.fields->find(a.name()) : nullptr));
  const mase::Chosen chosen(info.name, std::move(with));
  const auto op = n.build().context().create<mase::Op>(chosen);
  const auto params = op->parameters();
  const int data = static_cast<int>(count_inputs(*op, info.name, static_cast<size_t>(n.inputs())));
  Wires inputs;
  std::map<std::string, Wire> wires;
  for (int i = 0; i < data; ++i) inputs.push_back(n.in(i));
  for (size_t i = 0; i < params.size(); ++i)
    wires[params[i].name] = n.reader().with_format(n.value(data + static_cast<int>(i)));
  const Wires results = n.build().apply(n.name(), chosen, inputs, wires);
  return Values(results.begin(), results.end());
}

Table make_table() {
  Table t;
  add_arithmetic(t), add_reductions(t), add_shapes(t), add_moves(t), add_selections(t), add_layers(t), add_losses(t);
  add_convolutions(t), add_pools(t), add_images(t), add_quantizers(t), add_sequences(t);
  return t;
}

}  // namespace

const Table& operators() {
  static const Table table = make_table();
  return table;
}

Handler plugin_operator(const Node& node) {
  const mase::ComponentInfo* info = component_of(node);
  if (!info) return {};
  return [info](const Node& n) { return run_component(*info, n); };
}

}  // namespace models::onnx
