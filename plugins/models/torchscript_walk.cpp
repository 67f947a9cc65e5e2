// Walking TorchScript: calls, choices and structures are followed here; operators go to the table that .pt2 files use.
#include "mase/text.h"
#include "torchscript.h"

namespace models {

namespace {

constexpr size_t kMostScriptSteps = 200'000;
constexpr size_t kItemsInStep = 8;  // of a list that is copied
constexpr size_t kMostListItems = 16'384;
constexpr int kDeepestCall = 200;
constexpr int64_t kMostTurns = 10'000;

bool begins_with_letter(const std::string& name) {
  return !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z'));
}

// Modules that hold other modules' layers lend their path to none of them.
bool is_torch_layer(const std::string& type) {
  return type.starts_with("__torch__.torch.nn.modules.") && type.find("MultiheadAttention") == type.npos &&
         type.find(".transformer.") == type.npos && type.find(".container.") == type.npos;
}

// Of lists in lists as well, which double with every tuple of two that a file makes.
size_t count_items(const AtenValue::List& list) {
  size_t count = list.size();
  for (const AtenValue& item : list)
    if (const auto* inner = item.get<AtenValue::List>()) count += count_items(*inner);
  return count;
}

// Keys and values in turn, as pairs.
AtenValue::List paired(const AtenValue::List& all) {
  AtenValue::List pairs;
  for (size_t i = 0; i + 1 < all.size(); i += 2) pairs.emplace_back(AtenValue::List{all[i], all[i + 1]});
  return pairs;
}

bool is_unknown(const AtenValue& value) {
  const auto* wire = value.get<Wire>();
  return wire && wire->state == Wire::State::unknown;
}

}  // namespace

std::string ScriptModule::label(const Frame& frame, size_t value) const {
  return frame.prefix + frame.function.values.at(value);
}

const AtenValue& ScriptModule::use(Walk& walk, const Frame& frame, const ScriptNode& node, size_t input) const {
  return walk.values.use(label(frame, node.inputs.at(input)), node.kind);
}

void ScriptModule::set(Walk& walk, const Frame& frame, size_t value, AtenValue result, const AtenBase& base) {
  if (const auto* list = result.get<AtenValue::List>()) {
    const size_t items = count_items(*list);
    if (items > kMostListItems) throw mase::Error(mase::format("the file's code makes a list of {} items", items));
    count_steps(walk, items / kItemsInStep);
  }
  if (const auto* wire = result.get<Wire>(); wire && frame.is_top)
    walk.builder.name(frame.function.values[value], *wire);
  walk.values.set(label(frame, value), std::move(result), base);
}

std::vector<std::string> ScriptModule::run_function(Walk& walk, const ScriptFunction& function,
                                                    const AtenValues& arguments, const std::vector<std::string>& labels,
                                                    const AtenValue::Object& self) {
  if (++walk.depth > kDeepestCall) throw mase::Error("the file's functions call each other without end");
  const std::string& path = self.path;
  const Frame frame{function, walk.frames ? mase::format("{}/", walk.frames) : std::string(), path, walk.frames == 0,
                    is_torch_layer(class_of(self))};
  ++walk.frames;
  const auto& inputs = function.body.inputs;
  if (arguments.size() != inputs.size())
    throw mase::Error(
        mase::format("a function of '{}' takes {} arguments, found {}", path, inputs.size(), arguments.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (i < labels.size() && !labels[i].empty())
      walk.values.alias(label(frame, inputs[i]), labels[i]);
    else
      walk.values.set(label(frame, inputs[i]), arguments[i]);
  }
  run_block(walk, frame, function.body);
  std::vector<std::string> results;
  for (const size_t output : function.body.outputs) results.push_back(label(frame, output));
  if (frame.is_top)
    for (const size_t output : function.body.outputs) {
      output_names_ = {function.values[output]};
      for (const ScriptNode& node : function.body.nodes)
        if (node.kind == "prim::TupleConstruct" && node.outputs.at(0) == output) {
          output_names_.clear();
          for (const size_t input : node.inputs) output_names_.push_back(function.values[input]);
        }
    }
  --walk.depth;
  return results;
}

void ScriptModule::count_steps(Walk& walk, size_t steps) {
  walk.steps += steps;
  if (walk.steps > kMostScriptSteps)
    throw mase::Error(mase::format("the file's code takes more than {} steps", kMostScriptSteps));
}

void ScriptModule::run_block(Walk& walk, const Frame& frame, const ScriptBlock& block) {
  for (const ScriptNode& node : block.nodes) {
    count_steps(walk, 1);
    walk.builder.visit();
    run_node(walk, frame, node);
  }
}

void ScriptModule::give_up(Walk& walk, const Frame& frame, const ScriptNode& node, const std::string& op,
                           const std::string& why) {
  const std::string name = node.outputs.empty() ? op : frame.function.values[node.outputs[0]];
  walk.builder.unknown(frame.path.empty() ? name : mase::format("{}.{}", frame.path, name), op, 1, why);
  walk.builder.lose_track();  // blocks and functions may write to anything
  for (const size_t output : node.outputs) set(walk, frame, output, ImportBuilder::unknown());
}

void ScriptModule::run_node(Walk& walk, const Frame& frame, const ScriptNode& node) {
  if (node.kind == "prim::Constant") {
    if (node.name.empty())
      set(walk, frame, node.outputs.at(0), node.constant);
    else
      set(walk, frame, node.outputs.at(0), std::string(node.name));
  } else if (node.kind == "prim::GetAttr") {
    const auto* object = use(walk, frame, node, 0).get<AtenValue::Object>();
    if (!object) throw mase::Error(mase::format("'{}' is asked of something that is no object", node.name));
    const AtenValue value = get_attribute(*object, node.name);
    const std::string name = label(frame, node.outputs.at(0));
    // What a module holds may not be written to.
    if (value.get<Wire>())
      walk.values.define(name, value);
    else
      walk.values.set(name, value);
  } else if (node.kind == "prim::CallMethod" || node.kind == "prim::CallFunction") {
    run_call(walk, frame, node);
  } else if (node.kind == "prim::If") {
    run_if(walk, frame, node);
  } else if (node.kind == "prim::Loop") {
    run_loop(walk, frame, node);
  } else if (!run_structure(walk, frame, node)) {
    run_operator(walk, frame, node);
  }
}

// An item more, or another one in its place.
void ScriptModule::change_list(Walk& walk, const Frame& frame, const ScriptNode& node) {
  const AtenValue before = use(walk, frame, node, 0);
  if (is_unknown(before)) return;
  const auto* list = before.get<AtenValue::List>();
  if (!list) throw mase::Error("an item is put into what is no list");
  count_steps(walk, list->size() / kItemsInStep);
  AtenValue::List after = *list;
  if (node.kind == "aten::append") {
    after.push_back(use(walk, frame, node, 1));
  } else if (const AtenValue key = use(walk, frame, node, 1); key.get<std::string>()) {
    std::erase_if(after, [&](const AtenValue& pair) { return is_key(pair, *key.get<std::string>()); });
    after.emplace_back(AtenValue::List{key, use(walk, frame, node, 2)});
  } else {
    const auto* place = use(walk, frame, node, 1).get<Size>();
    const auto size = static_cast<int64_t>(after.size());
    if (!place || !place->fixed() || place->at[0] < -size || place->at[0] >= size)
      throw mase::Error("an item is put into a list where there is no place");
    after[static_cast<size_t>(place->at[0] + (place->at[0] < 0 ? size : 0))] = use(walk, frame, node, 2);
  }
  const std::string name = label(frame, node.inputs[0]);
  walk.values.replace(name, after);
  walk.values.put(label(frame, node.inputs.back()), name);
  if (!node.outputs.empty()) walk.values.alias(label(frame, node.outputs[0]), name);
}

void ScriptModule::unpack(Walk& walk, const Frame& frame, const ScriptNode& node) {
  const AtenValue value = use(walk, frame, node, 0);
  const auto* list = value.get<AtenValue::List>();
  const bool is_lost = value.get<Wire>() && !value.get<Wire>()->usable();
  if (!is_lost && (!list || list->size() != node.outputs.size()))
    throw mase::Error(mase::format("{} values are taken out of {}", node.outputs.size(), value.type_name()));
  for (size_t i = 0; i < node.outputs.size(); ++i)
    set(walk, frame, node.outputs[i], is_lost ? value : (*list)[i], {label(frame, node.inputs.at(0)), nullptr});
}

// Lists, tuples and dictionaries, and what only states a type. A dictionary is a list of pairs.
bool ScriptModule::run_structure(Walk& walk, const Frame& frame, const ScriptNode& node) {
  const auto construct = [&](bool is_dictionary) {
    AtenValue::List list;
    for (size_t i = 0; i < node.inputs.size(); ++i) list.push_back(use(walk, frame, node, i));
    set(walk, frame, node.outputs.at(0), is_dictionary ? paired(list) : list);
    for (const size_t input : node.inputs) walk.values.put(label(frame, input), label(frame, node.outputs.at(0)));
  };
  if (node.kind == "prim::ListConstruct" || node.kind == "prim::TupleConstruct") {
    construct(false);
  } else if (node.kind == "prim::DictConstruct") {
    construct(true);
  } else if (node.kind == "prim::ListUnpack" || node.kind == "prim::TupleUnpack") {
    unpack(walk, frame, node);
  } else if (node.kind == "prim::TupleIndex") {
    AtenCall call{walk.builder,
                  node.kind,
                  node.kind,
                  {},
                  {{"list", use(walk, frame, node, 0)}, {"idx", use(walk, frame, node, 1)}}};
    if (is_unknown(call.arg("list"))) return set(walk, frame, node.outputs.at(0), ImportBuilder::unknown()), true;
    set(walk, frame, node.outputs.at(0), aten_table().at("__getitem__")(call).at(0),
        {label(frame, node.inputs.at(0)), nullptr});
  } else if (node.kind == "prim::unchecked_cast" || node.kind == "prim::annotate" ||
             node.kind == "aten::_unwrap_optional" || node.kind == "prim::Uninitialized" || node.kind == "prim::data") {
    if (node.inputs.empty())
      set(walk, frame, node.outputs.at(0), {});
    else
      walk.values.alias(label(frame, node.outputs.at(0)), label(frame, node.inputs[0]));
  } else if (node.kind == "aten::format") {
    set(walk, frame, node.outputs.at(0), std::string("text"));  // of messages, which nobody reads
  } else if (node.kind == "aten::append" || node.kind == "aten::_set_item") {
    change_list(walk, frame, node);
  } else if (node.kind == "prim::RaiseException") {
    throw mase::Error("the model raises an exception for inputs like these");
  } else {
    return node.kind == "prim::Print" || node.kind == "prim::profile";
  }
  return true;
}

void ScriptModule::run_if(Walk& walk, const Frame& frame, const ScriptNode& node) {
  const AtenValue condition = use(walk, frame, node, 0);
  const auto* flag = condition.get<bool>();
  if (!flag) {
    if (is_unknown(condition)) {
      walk.builder.lose_track();
      for (const size_t output : node.outputs) set(walk, frame, output, ImportBuilder::unknown());
    } else {
      give_up(walk, frame, node, node.kind, "its condition depends on values");
    }
    return;
  }
  const ScriptBlock& block = node.blocks.at(*flag ? 0 : 1);
  run_block(walk, frame, block);
  for (size_t i = 0; i < node.outputs.size(); ++i)
    walk.values.alias(label(frame, node.outputs[i]), label(frame, block.outputs.at(i)));
}

// Only loops whose number of turns follows from shapes and constants.
void ScriptModule::run_loop(Walk& walk, const Frame& frame, const ScriptNode& node) {
  const AtenValue turns = use(walk, frame, node, 0), begins = use(walk, frame, node, 1);
  const auto* count = turns.get<Size>();
  const auto* goes = begins.get<bool>();
  const ScriptBlock& body = node.blocks.at(0);
  if (!count || !count->fixed() || !goes)
    return give_up(walk, frame, node, node.kind, "its number of turns depends on values");
  std::vector<std::string> carried;
  for (size_t i = 2; i < node.inputs.size(); ++i) carried.push_back(label(frame, node.inputs[i]));
  bool more = *goes;
  for (int64_t turn = 0; more && turn < count->at[0]; ++turn) {
    if (turn >= kMostTurns) return give_up(walk, frame, node, node.kind, "it turns too often");
    count_steps(walk, 1);  // a body may be empty
    set(walk, frame, body.inputs.at(0), Size(turn));
    std::vector<AtenValue> values;
    for (const std::string& name : carried) values.push_back(walk.values.use(name, node.kind));
    for (size_t i = 0; i < carried.size(); ++i)
      walk.values.set(label(frame, body.inputs.at(i + 1)), values[i], {carried[i], nullptr});
    run_block(walk, frame, body);
    const AtenValue& next = walk.values.use(label(frame, body.outputs.at(0)), node.kind);
    if (!next.get<bool>()) return give_up(walk, frame, node, node.kind, "its number of turns depends on values");
    more = *next.get<bool>();
    for (size_t i = 0; i < carried.size(); ++i) carried[i] = label(frame, body.outputs.at(i + 1));
  }
  for (size_t i = 0; i < carried.size(); ++i) walk.values.alias(label(frame, node.outputs.at(i)), carried[i]);
}

void ScriptModule::run_call(Walk& walk, const Frame& frame, const ScriptNode& node) {
  AtenValues arguments;
  std::vector<std::string> labels;
  const bool is_method = node.kind == "prim::CallMethod";
  for (size_t i = is_method ? 0 : 1; i < node.inputs.size(); ++i) {
    arguments.push_back(use(walk, frame, node, i));
    labels.push_back(label(frame, node.inputs[i]));
  }
  std::vector<std::string> results;
  AtenValue::Object self;
  if (is_method) {
    const auto* object = use(walk, frame, node, 0).get<AtenValue::Object>();
    if (!object) throw mase::Error(mase::format("the method '{}' is called on what is no object", node.name));
    self = *object;
    results = run_function(walk, compiler_->method(class_of(self), node.name), arguments, labels, self);
  } else {
    const auto* name = use(walk, frame, node, 0).get<std::string>();
    if (!name) throw mase::Error("something is called that is no function");
    self = {objects_.root, frame.path};
    results = run_function(walk, compiler_->function(*name), arguments, labels, self);
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    // What a function hands back may be what it was given.
    const AtenValue result = walk.values.use(results.at(i), node.kind);
    walk.values.alias(label(frame, node.outputs[i]), results[i]);
    const auto* wire = result.get<Wire>();
    if (wire && frame.is_top) walk.builder.name(frame.function.values[node.outputs[i]], *wire);
    if (wire && is_method && node.name.starts_with("forward") && !self.path.empty())
      walk.builder.name(self.path, *wire);
  }
}

void ScriptModule::run_operator(Walk& walk, const Frame& frame, const ScriptNode& node) {
  const size_t colons = node.kind.find("::");
  const std::string space = node.kind.substr(0, colons), base = node.kind.substr(colons + 2);
  if ((space != "aten" && space != "prim") || node.arguments.size() < node.inputs.size())
    return give_up(walk, frame, node, node.kind, {});
  const std::string result = node.outputs.empty() ? base : frame.function.values[node.outputs[0]];
  AtenCall call{walk.builder, begins_with_letter(result) ? result : base, {}, frame.is_layer ? frame.path : "", {}};
  call.op = node.overload.empty() ? base : mase::format("{}.{}", base, node.overload);
  std::map<std::string, std::string> labels;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const AtenValue& value = use(walk, frame, node, i);
    const std::string argument = node.kind == "prim::abs" ? "self" : node.arguments[i];  // Python's own has other names
    if (value.get<Wire>() || value.get<AtenValue::List>()) labels[argument] = label(frame, node.inputs[i]);
    call.args[argument] = value;
  }
  const AtenValues results = walk.values.run(call, labels);
  AtenBase from = walk.values.base_of(call, labels);
  if (base == "__getitem__" && !labels.empty()) from = {labels.begin()->second, nullptr};  // has no schema
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const AtenValue result = result_at(results, i);
    set(walk, frame, node.outputs[i], result, from);
    if (!result.get<AtenValue::List>()) continue;  // a list made of lists has their items
    for (const auto& [argument, name] : labels)
      if (call.arg(argument).get<AtenValue::List>()) walk.values.put(name, label(frame, node.outputs[i]));
  }
}

}  // namespace models
