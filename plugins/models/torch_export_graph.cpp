// The graph of a .pt2 file, node after node.
#include <limits>

#include "aten_plugin.h"
#include "mase/text.h"
#include "torch_export.h"

namespace models {

using mase::Value;

namespace {

constexpr int kDeepestGraph = 16;  // graphs inside graphs

// The one tag of a value and what it holds.
std::pair<std::string, const Value*> tag_of(const Value& tagged) {
  const mase::Map& map = tagged.as_map();
  if (map.size() != 1) throw mase::Error(mase::format("{} has {} tags, expected one", tagged.brief(), map.size()));
  return {map.begin()->key, &map.begin()->value};
}

const Value& entry(const Value& map, const char* key) { return map.as_map().at(key); }

double real_of(const Value& v) {
  if (!v.is_string()) return v.as_double();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (v.as_string() == "Infinity") return kInfinity;
  if (v.as_string() == "-Infinity") return -kInfinity;
  if (v.as_string() == "NaN") return std::numeric_limits<double>::quiet_NaN();
  throw mase::Error(mase::format("{} is no number", v.brief()));
}

// "a;b;c" of "key,path,class": the path of the innermost module where that is a layer of torch.nn.
std::string module_path(const mase::Map& metadata) {
  const Value* stack = metadata.find("nn_module_stack");
  if (!stack || !stack->is_string()) return {};
  const std::string& text = stack->as_string();
  const std::string last = text.substr(text.rfind(';') + 1);
  const size_t first_comma = last.find(','), last_comma = last.rfind(',');
  if (first_comma == last.npos || first_comma == last_comma) return {};
  const std::string kind = last.substr(last_comma + 1);
  const bool is_layer = kind.starts_with("torch.nn.modules.") && kind.find("MultiheadAttention") == kind.npos &&
                        kind.find(".transformer.") == kind.npos && kind.find(".container.") == kind.npos;
  if (!is_layer) return {};
  const std::string path = last.substr(first_comma + 1, last_comma - first_comma - 1);
  return path.substr(0, path.find('@'));  // the second call of a module has "@1"
}

// Python's operators under the names and arguments that TorchScript has for them.
const std::map<std::string, std::string, std::less<>>& python_operators() {
  static const std::map<std::string, std::string, std::less<>> names{
      {"_operator.add", "add.int"},       {"_operator.sub", "sub.int"},
      {"_operator.mul", "mul.int"},       {"_operator.floordiv", "floordiv.int"},
      {"_operator.truediv", "div.int"},   {"_operator.mod", "remainder.int"},
      {"_operator.pow", "pow.int"},       {"_operator.eq", "eq.int"},
      {"_operator.ne", "ne.int"},         {"_operator.lt", "lt.int"},
      {"_operator.le", "le.int"},         {"_operator.gt", "gt.int"},
      {"_operator.ge", "ge.int"},         {"_operator.neg", "neg.int"},
      {"_operator.and_", "__and__.bool"}, {"_operator.or_", "__or__.bool"},
      {"math.trunc", "trunc.int"},        {"math.floor", "floor.int"},
      {"math.ceil", "ceil.int"},          {"math.sqrt", "sqrt.int"},
      {"torch.sym_max", "max.int"},       {"torch.sym_min", "min.int"},
      {"torch.sym_float", "to_float"},    {"torch.sym_int", "trunc.int"},
      {"torch._sym_sqrt", "sqrt.int"},    {"torch.sym_sqrt", "sqrt.int"},
      {"torch.sym_ite", "sym_ite"},       {"torch.sym_not", "__not__"},
      {"torch.sym_sum", "sym_sum"}};
  return names;
}

}  // namespace

AtenValue ExportedProgram::value(const Scope& scope, const std::string& node, const Value& tagged) const {
  const auto [tag, v] = tag_of(tagged);
  const auto use = [&](const Value& name) { return scope.values.use(scope.prefix + name.as_string(), node); };
  const auto each = [&](const auto& read) {
    AtenValue::List list;
    for (const Value& item : v->as_list()) list.push_back(read(item));
    return AtenValue(std::move(list));
  };
  const auto integer = [](const Value& item) { return AtenValue(Size(item.as_int())); };
  const auto real = [](const Value& item) { return AtenValue(real_of(item)); };
  const auto flag = [](const Value& item) { return AtenValue(item.as_bool()); };
  const auto text = [](const Value& item) { return AtenValue(item.as_string()); };
  const auto nested = [&](const Value& item) { return value(scope, node, item); };
  if (tag == "as_tensor") return use(entry(*v, "name"));
  if (tag == "as_name") return use(*v);
  if (tag == "as_tensors") return each([&](const Value& item) { return use(entry(item, "name")); });
  if (tag == "as_nested_tensors")
    return each([&](const Value& items) { return value(scope, node, mase::Map{{"as_tensors", items}}); });
  if (tag == "as_int") return integer(*v);
  if (tag == "as_float") return real(*v);
  if (tag == "as_bool") return flag(*v);
  if (tag == "as_string") return text(*v);
  if (tag == "as_ints") return each(integer);
  if (tag == "as_floats") return each(real);
  if (tag == "as_bools") return each(flag);
  if (tag == "as_strings") return each(text);
  if (tag == "as_int_lists")
    return each([&](const Value& items) { return value(scope, node, mase::Map{{"as_ints", items}}); });
  if (tag == "as_sym_int" || tag == "as_sym_float" || tag == "as_sym_bool" || tag == "as_optional_tensor")
    return nested(*v);
  if (tag == "as_sym_ints" || tag == "as_sym_floats" || tag == "as_sym_bools" || tag == "as_optional_tensors")
    return each(nested);
  if (tag == "as_scalar_type") return exported_type(v->as_int());
  if (tag == "as_none" || tag == "as_memory_format" || tag == "as_layout" || tag == "as_device") return {};
  scope.builder.fail(node, mase::format("an argument is of the kind '{}', which is not read", tag));
}

void ExportedProgram::run_nodes(Scope& scope, const Value& graph) const {
  for (const Value& node : entry(graph, "nodes").as_list()) scope.builder.visit(), run_node(scope, node);
}

void ExportedProgram::run_node(Scope& scope, const Value& node) const {
  const mase::Map& map = node.as_map();
  const std::string& target = map.at("target").as_string();
  const mase::List& outputs = map.at("outputs").as_list();
  const Value* given = map.find("name");
  std::string name = given && given->is_string() ? given->as_string() : std::string();
  if (name.empty()) name = target.substr(target.rfind('.') + 1);
  if (target.starts_with("torch.ops.higher_order.")) return run_block(scope, name, node);

  AtenCall call{scope.builder, name, {}, {}, {}};
  if (const Value* metadata = map.find("metadata"); metadata && metadata->is_map())
    call.target = module_path(metadata->as_map());
  const auto python = python_operators().find(target);
  const bool is_python = python != python_operators().end();
  const bool is_aten = target.starts_with("torch.ops.aten.") || target.starts_with("torch.ops.prims.");
  call.op = is_python ? python->second : is_aten ? target.substr(target.find('.', 10) + 1) : target;
  std::map<std::string, std::string> labels;
  std::vector<std::string> order;
  for (const Value& input : map.at("inputs").as_list()) {
    std::string argument = entry(input, "name").as_string();
    order.push_back(argument);
    if (is_python) argument = call.args.empty() ? "a" : "b";
    const auto [tag, v] = tag_of(entry(input, "arg"));
    if (tag == "as_tensor") labels[argument] = scope.prefix + entry(*v, "name").as_string();
    call.args[argument] = value(scope, name, entry(input, "arg"));
  }
  AtenValues results;
  if (is_aten || is_python) {
    results = scope.values.run(call, labels);
  } else if (const mase::ComponentInfo* info = plugin_operator(scope.builder, target)) {
    results = run_plugin_operator(*info, call, order);
  } else {
    const std::string op = target.substr(0, target.rfind('.'));
    if (outputs.empty() || op.ends_with('_')) scope.builder.lose_track();  // it writes to its inputs
    results.emplace_back(scope.builder.unknown(name, target, 1)[0]);
  }
  bind(scope, call, Value(outputs), results, scope.values.base_of(call, labels));
}

// torch.no_grad() and autocast put a part of the network into a graph of its own, which stands here in line.
void ExportedProgram::run_block(Scope& scope, const std::string& name, const Value& node) const {
  const std::string& target = entry(node, "target").as_string();
  const Value* block = nullptr;
  std::vector<const Value*> operands;
  for (const Value& input : entry(node, "inputs").as_list()) {
    const auto [tag, v] = tag_of(entry(input, "arg"));
    if (tag == "as_graph")
      block = block ? nullptr : &entry(*v, "graph");
    else if (block)
      operands.push_back(&entry(input, "arg"));
  }
  const bool is_wrapper = target.ends_with(".wrap_with_set_grad_enabled") || target.ends_with(".wrap_with_autocast") ||
                          target.ends_with(".invoke_subgraph") || target.ends_with(".hints_wrapper");
  if (!is_wrapper || !block || scope.depth >= kDeepestGraph) {
    AtenValues results;
    for (const Wire& wire : scope.builder.unknown(name, target, 1, "it chooses or repeats a part of the graph"))
      results.emplace_back(wire);
    return bind(scope, {scope.builder, name, target, {}, {}}, entry(node, "outputs"), results, {});
  }
  Scope inner{scope.values, scope.builder, mase::format("{}{}/", scope.prefix, name), scope.depth + 1};
  const mase::List& inputs = entry(*block, "inputs").as_list();
  if (inputs.size() != operands.size())
    scope.builder.fail(name, mase::format("its graph has {} inputs, found {}", inputs.size(), operands.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto [tag, v] = tag_of(inputs[i]);
    const std::string label = inner.prefix + entry(*v, tag == "as_tensor" ? "name" : "as_name").as_string();
    const auto [outer_tag, outer] = tag_of(*operands[i]);
    if (outer_tag == "as_tensor")
      value(scope, name, *operands[i]), scope.values.alias(label, scope.prefix + entry(*outer, "name").as_string());
    else
      scope.values.set(label, value(scope, name, *operands[i]));
  }
  run_nodes(inner, *block);
  AtenValues results;
  for (const Value& output : entry(*block, "outputs").as_list()) results.push_back(value(inner, name, output));
  bind(scope, {scope.builder, name, target, {}, {}}, entry(node, "outputs"), results, {});
}

void ExportedProgram::bind(Scope& scope, const AtenCall& call, const Value& outputs, const AtenValues& results,
                           const AtenBase& base) const {
  const mase::List& list = outputs.as_list();
  for (size_t i = 0; i < list.size(); ++i) bind_one(scope, list[i], result_at(results, i), base);
}

void ExportedProgram::bind_one(Scope& scope, const Value& tagged, const AtenValue& value, const AtenBase& base) const {
  const auto [tag, v] = tag_of(tagged);
  const auto set = [&](const Value& label, const AtenValue& item) {
    scope.values.set(scope.prefix + label.as_string(), item, base);
    if (const auto* wire = item.get<Wire>(); wire && scope.prefix.empty()) scope.builder.name(label.as_string(), *wire);
  };
  if (tag == "as_tensor") return set(entry(*v, "name"), value);
  if (tag == "as_optional_tensor") return bind_one(scope, *v, value, base);
  if (tag == "as_sym_int" || tag == "as_sym_float" || tag == "as_sym_bool") {
    if (const Value* name = v->as_map().find("as_name")) set(*name, value);
    return;
  }
  if (tag != "as_tensors" && tag != "as_optional_tensors" && tag != "as_sym_ints") return;
  const auto* list = value.get<AtenValue::List>();
  const mase::List& labels = v->as_list();
  for (size_t i = 0; i < labels.size(); ++i) {
    const AtenValue item = !list ? value : i < list->size() ? (*list)[i] : AtenValue();
    if (tag == "as_tensors")
      set(entry(labels[i], "name"), item);
    else
      bind_one(scope, tag == "as_sym_ints" ? Value(mase::Map{{"as_sym_int", labels[i]}}) : labels[i], item, base);
  }
}

}  // namespace models
