// models.torch_export: a model that torch.export.save wrote.
#include "torch_export.h"

#include "limits.h"
#include "mase/model.h"
#include "mase/text.h"
#include "register.h"

namespace models {

using mase::Value;

namespace {

const Value& member(const Value& map, const char* key) { return map.as_map().at(key); }

const mase::Entry& only_entry(const Value& spec) {
  const mase::Map& map = spec.as_map();
  if (map.size() != 1) throw mase::Error(mase::format("{} has {} entries, expected one", spec.brief(), map.size()));
  return *map.begin();
}

// JSON within the texts of JSON.
Value parse_text(const std::string& text, uint64_t file_bytes) {
  check_json_size(text, file_bytes);
  return Value::parse_json(text, "out_spec");
}

// Names of the leaves of a result: the keys of dictionaries; "" where there is none.
void name_leaves(const Value& tree, const std::string& name, std::vector<std::string>& names, uint64_t file_bytes,
                 int depth = 0) {
  if (depth > 32) return;
  const mase::List& children = member(tree, "children_spec").as_list();
  const Value& type = member(tree, "type");
  if (type.is_null()) return names.push_back(name);
  Value keys;
  const Value& context = member(tree, "context");
  if (context.is_string() && context.as_string() != "null") keys = parse_text(context.as_string(), file_bytes);
  for (size_t i = 0; i < children.size(); ++i) {
    const bool has_key = keys.is_list() && keys.as_list().size() == children.size() && keys.as_list()[i].is_string();
    name_leaves(children[i], has_key ? keys.as_list()[i].as_string() : std::string(), names, file_bytes, depth + 1);
  }
}

struct ExportConfig : ImportFields {
  static void schema(mase::Schema<ExportConfig>& s) { import_fields(s); }
};

struct TorchExport final : mase::Model {
  using Config = ExportConfig;
  explicit TorchExport(Config c) : config(std::move(c)) {}

  mase::Graph build(mase::Context& context) override {
    return import_with_errors(config, [&] {
      const ExportedProgram program(context.path(config.file.name));
      return import_graph(config, context, "torch.export", [&](ImportBuilder& builder) { program.walk(builder); });
    });
  }
  Config config;
};

}  // namespace

void ExportedProgram::walk(ImportBuilder& builder) const {
  AtenWalk values(builder);
  Scope scope{values, builder, {}, 0};
  define_inputs(scope);
  run_nodes(scope, member(member(program_, "graph_module"), "graph"));
  define_outputs(scope);
}

std::vector<InputInfo> ExportedProgram::user_inputs() const {
  const Value& module = member(program_, "graph_module");
  const Value& metas = member(member(module, "graph"), "tensor_values");
  std::vector<InputInfo> infos;
  for (const Value& spec : member(member(module, "signature"), "input_specs").as_list()) {
    const mase::Entry& kind = only_entry(spec);
    if (kind.key != "user_input") continue;
    const mase::Entry& arg = only_entry(member(kind.value, "arg"));
    if (arg.key != "as_tensor") continue;
    InputInfo info;
    info.name = member(arg.value, "name").as_string();
    const Value& meta = member(metas, info.name.c_str());
    info.dtype = exported_type(member(meta, "dtype").as_int());
    info.shape.emplace();
    for (const Value& size : member(meta, "sizes").as_list()) {
      const mase::Entry& n = only_entry(size);
      info.shape->push_back(n.key == "as_int" ? std::optional<int64_t>(n.value.as_int()) : std::nullopt);
      const mase::Value* symbol = n.value.is_map() ? n.value.as_map().find("expr_str") : nullptr;
      info.symbols.push_back(symbol && symbol->is_string() ? symbol->as_string() : std::string());
      if (n.key == "as_int" && n.value.as_int() < 0)
        throw mase::Error(mase::format("input '{}' has an axis of {} elements", info.name, n.value.as_int()));
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

void ExportedProgram::define_inputs(Scope& scope) const {
  const std::map<std::string, Wire> wires = scope.builder.inputs(user_inputs());
  const Value& signature = member(member(program_, "graph_module"), "signature");
  for (const Value& spec : member(signature, "input_specs").as_list()) {
    const mase::Entry& kind = only_entry(spec);
    define_input(scope, kind.key, kind.value, wires);
  }
}

void ExportedProgram::define_input(Scope& scope, const std::string& kind, const Value& spec,
                                   const std::map<std::string, Wire>& wires) const {
  const auto stored = [&](const char* field) {
    const std::string& label = member(member(spec, "arg"), "name").as_string();
    const std::string& name = member(spec, field).as_string();
    scope.values.define(label, ImportBuilder::known(tensor(name), name));
  };
  if (kind == "parameter") return stored("parameter_name");
  if (kind == "buffer") return stored("buffer_name");
  if (kind == "tensor_constant") return stored("tensor_constant_name");
  if (kind == "token") return;
  if (kind == "constant_input")
    return scope.values.define(member(spec, "name").as_string(), value(scope, "input", member(spec, "value")));
  if (kind != "user_input") throw mase::Error(mase::format("an input is of the kind '{}', which is not read", kind));
  const mase::Entry& arg = only_entry(member(spec, "arg"));
  if (arg.key == "as_tensor") {
    const std::string& label = member(arg.value, "name").as_string();
    scope.values.define(label, wires.at(label));
  }  // numbers and None are written out where they are used
}

void ExportedProgram::define_outputs(Scope& scope) const {
  const Value& module = member(program_, "graph_module");
  std::vector<std::string> names;
  const mase::List& calls = member(module, "module_call_graph").as_list();
  if (!calls.empty())
    if (const Value* signature = calls[0].as_map().find("signature"); signature && signature->is_map())
      if (const Value* out = signature->as_map().find("out_spec"); out && out->is_string()) {
        const Value spec = parse_text(out->as_string(), archive_.file_size());
        if (spec.is_list() && spec.as_list().size() == 2)
          name_leaves(spec.as_list()[1], {}, names, archive_.file_size());
      }
  size_t place = 0;
  for (const Value& spec : member(member(module, "signature"), "output_specs").as_list()) {
    const mase::Entry& kind = only_entry(spec);
    if (kind.key == "token") continue;
    if (kind.key != "user_output" && kind.key != "loss_output")
      throw mase::Error(mase::format("the model writes to its inputs, parameters or buffers ('{}')", kind.key), {},
                        "call model.eval() before exporting the model, and let its forward return new tensors");
    const Value& arg = member(kind.value, "arg");
    const mase::Entry tagged = kind.key == "loss_output" ? mase::Entry{"as_tensor", arg, {}} : only_entry(arg);
    const std::string leaf = place < names.size() ? names[place] : std::string();
    ++place;
    if (tagged.key != "as_tensor") continue;
    const std::string& label = member(tagged.value, "name").as_string();
    const AtenValue& result = scope.values.use(label, "output");
    const auto* wire = result.get<Wire>();
    if (!wire) throw mase::Error(mase::format("the output '{}' is {}, expected a tensor", label, result.type_name()));
    scope.builder.name(label, *wire);
    scope.builder.output(leaf.empty() ? label : leaf, *wire);
  }
}

void register_torch_export(mase::Registrar& r) {
  r.add<TorchExport>("models.torch_export", "A model that torch.export.save wrote: a .pt2 archive");
}

}  // namespace models
