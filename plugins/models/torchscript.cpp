// models.torchscript: a model that torch.jit.save wrote.
#include "torchscript.h"

#include <algorithm>

#include "mase/model.h"
#include "mase/text.h"
#include "register.h"

namespace models {

namespace {

constexpr at::ScalarType kScriptTypes[] = {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong,
                                           at::kInt,   at::kShort,  at::kChar, at::kByte,     at::kBool};

at::ScalarType type_named(const std::string& name) {
  mase::NameList names;
  for (const at::ScalarType type : kScriptTypes) {
    if (dtype_name(type) == name) return type;
    names.add(dtype_name(type));
  }
  throw mase::Error(mase::format("there is no type '{}'{}", name, mase::did_you_mean(name, names)));
}

struct ScriptConfig : ImportFields {
  std::map<std::string, std::string> dtypes;
  static void schema(mase::Schema<ScriptConfig>& s) {
    import_fields(s);
    s.field("dtypes", &ScriptConfig::dtypes,
            "types of inputs (float32, int64, bool, ...), where neither the data nor an embedding tells them");
  }
};

struct Torchscript final : mase::Model {
  using Config = ScriptConfig;
  explicit Torchscript(Config c) : config(std::move(c)) {}

  mase::Graph build(mase::Context& context) override {
    return import_with_errors(config, [&] {
      ScriptModule module(context.path(config.file.name));
      return import_graph(config, context, "TorchScript",
                          [&](ImportBuilder& builder) { module.walk(builder, config, config.dtypes); });
    });
  }
  Config config;
};

}  // namespace

// Whether a parameter picks rows of an embedding, here or in a method that gets it.
bool ScriptModule::is_index(const ScriptFunction& function, size_t parameter, const AtenValue::Object& self,
                            int depth) {
  if (depth > 32 || parameter >= function.body.inputs.size()) return false;
  const size_t value = function.body.inputs[parameter];
  std::map<size_t, AtenValue::Object> objects{{function.body.inputs.empty() ? 0 : function.body.inputs[0], self}};
  for (const ScriptNode& node : function.body.nodes) {
    if (node.kind == "prim::GetAttr" && objects.contains(node.inputs.at(0))) {
      const AtenValue attribute = get_attribute(objects.at(node.inputs[0]), node.name);
      if (const auto* object = attribute.get<AtenValue::Object>()) objects[node.outputs.at(0)] = *object;
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != value) continue;
      if (node.kind == "aten::embedding" && i == 1) return true;
      if (node.kind == "prim::CallMethod" && objects.contains(node.inputs[0])) {
        const AtenValue::Object& callee = objects.at(node.inputs[0]);
        if (is_index(compiler_->method(class_of(callee), node.name), i, callee, depth + 1)) return true;
      }
    }
  }
  return false;
}

std::vector<InputInfo> ScriptModule::inputs(const std::map<std::string, std::string>& types) {
  std::vector<InputInfo> infos;
  const ScriptFunction& function = forward();
  mase::NameList names;
  for (size_t i = 1; i < function.parameters.size(); ++i) {
    const ScriptFunction::Parameter& parameter = function.parameters[i];
    if (parameter.type != "Tensor" && parameter.type != "Optional[Tensor]" && parameter.type != "Tensor?") continue;
    InputInfo info;
    info.name = parameter.name;
    names.add(info.name);
    if (i - 1 < traced_.size() && traced_[i - 1])
      info.shape = traced_[i - 1]->shape, info.dtype = traced_[i - 1]->dtype;
    if (const auto given = types.find(info.name); given != types.end())
      info.dtype = type_named(given->second);
    else if (!info.dtype && is_index(function, i, {objects_.root, {}}, 0))
      info.dtype = at::kLong;
    infos.push_back(std::move(info));
  }
  for (const auto& [name, type] : types)
    if (std::none_of(infos.begin(), infos.end(), [&, &name = name](const InputInfo& i) { return i.name == name; }))
      throw mase::Error(mase::format("there is no input '{}' (in `dtypes`){}", name, mase::did_you_mean(name, names)));
  return infos;
}

namespace {

// A list's tensors are outputs of their own.
void add_output(ImportBuilder& builder, const std::string& name, const AtenValue& value) {
  if (value.is_none()) return;
  if (const auto* list = value.get<AtenValue::List>()) {
    for (size_t i = 0; i < list->size(); ++i) add_output(builder, mase::format("{}_{}", name, i), (*list)[i]);
    return;
  }
  const auto* wire = value.get<Wire>();
  if (!wire) throw mase::Error(mase::format("the output '{}' is {}, expected a tensor", name, value.type_name()));
  builder.output(name, *wire);
}

}  // namespace

void ScriptModule::add_outputs(ImportBuilder& builder, const AtenValues& results) const {
  AtenValues flat = results;
  if (results.size() == 1 && results[0].get<AtenValue::List>()) flat = *results[0].get<AtenValue::List>();
  for (size_t i = 0; i < flat.size(); ++i) {
    AtenValue value = flat[i];
    std::string name = i < output_names_.size() && flat.size() == output_names_.size() ? output_names_[i]
                                                                                       : mase::format("output_{}", i);
    if (const auto* pair = value.get<AtenValue::List>(); pair && pair->size() == 2 && (*pair)[0].get<std::string>())
      name = *(*pair)[0].get<std::string>(), value = AtenValue((*pair)[1]);
    add_output(builder, name, value);
  }
}

void ScriptModule::walk(ImportBuilder& builder, const ImportFields& fields,
                        const std::map<std::string, std::string>& types) {
  const ScriptFunction& function = forward();
  std::vector<InputInfo> infos = inputs(types);
  const auto is_asked = [&](const std::string& name) {
    return fields.shapes.contains(name) || fields.constants.contains(name) ||
           std::find(fields.inputs.begin(), fields.inputs.end(), name) != fields.inputs.end();
  };
  // An optional input that nobody asks for is None, as in Python.
  std::erase_if(infos, [&](const InputInfo& info) {
    for (const ScriptFunction::Parameter& p : function.parameters)
      if (p.name == info.name) return p.has_default && !is_asked(info.name);
    return false;
  });
  for (InputInfo& info : infos)
    if (fields.shapes.contains(info.name)) info.shape.reset();  // the recipe may ask for other sizes
  const std::map<std::string, Wire> wires = builder.inputs(infos);
  Walk walk{builder, AtenWalk(builder)};
  AtenValues arguments{AtenValue::Object{objects_.root, {}}};
  std::vector<std::string> labels{""};
  for (size_t i = 1; i < function.parameters.size(); ++i) {
    const ScriptFunction::Parameter& parameter = function.parameters[i];
    const auto wire = wires.find(parameter.name);
    if (wire == wires.end() && !parameter.has_default)
      throw mase::Error(
          mase::format("the input '{}' is of type {}, expected a tensor", parameter.name, parameter.type));
    labels.emplace_back(wire == wires.end() ? std::string() : mase::format("input/{}", parameter.name));
    arguments.push_back(wire == wires.end() ? parameter.value : AtenValue(wire->second));
    if (wire != wires.end()) walk.values.define(labels.back(), arguments.back());
  }
  AtenValues results;
  for (const std::string& result : run_function(walk, function, arguments, labels, {objects_.root, {}}))
    results.push_back(walk.values.use(result, "forward"));
  add_outputs(builder, results);
}

void register_torchscript(mase::Registrar& r) {
  r.add<Torchscript>("models.torchscript", "A model that torch.jit.save wrote, traced or scripted");
}

}  // namespace models
