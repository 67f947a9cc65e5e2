// ImportBuilder: the file's inputs at the beginning, its outputs at the end, and everything between that they need.
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <algorithm>

#include "import.h"
#include "mase/dataset.h"
#include "mase/text.h"

namespace models {

namespace {

constexpr int64_t kOpenBatch = 2;  // the smaller batch of a trace, where the file leaves the batch open

at::Tensor constant_input(const mase::Shape& shape, double value, at::ScalarType type) {
  return at::full(shape, value, at::TensorOptions().dtype(type));
}

// One sample of the run's data, whichever split has any.
mase::Batch one_sample(mase::Context& context) {
  for (const char* split : {"train", "validation", "test"})
    if (const mase::Split& found = context.dataset(split); found.size()) return found.batch(0, 1);
  return {};
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

// -1 for an open batch; everything else is settled here, by the recipe or the data where the file leaves it open.
mase::Shape ImportBuilder::input_shape(const InputInfo& info, size_t place) {
  const auto given = fields_.shapes.find(info.name);
  const std::string in = mase::format("'{}': input '{}'", fields_.file.name, info.name);
  const std::string hint = mase::format("add its shape with the batch, as in shapes: {{{}: [1, 16]}}", info.name);
  mase::Shape shape;
  if (given != fields_.shapes.end()) {
    shape = given->second;
    if (info.shape && info.shape->size() != shape.size())
      throw mase::Error(mase::format("{} has {} axes, found {} in shapes", in, info.shape->size(), shape.size()),
                        fields_.file.loc);
    for (size_t i = 0; i < shape.size(); ++i) {
      const auto size = info.shape ? (*info.shape)[i] : std::nullopt;
      if (shape[i] < 1 || (size && *size != shape[i]))
        throw mase::Error(mase::format("{} has size {} in axis {}, found {} in shapes", in,
                                       size ? mase::format("{}", *size) : "at least 1", i, shape[i]),
                          fields_.file.loc);
    }
    if (!shape.empty() && (!info.shape || !(*info.shape)[0])) shape[0] = -1;
    return shape;
  }
  if (info.shape)
    for (const auto& size : *info.shape) shape.push_back(size.value_or(-1));
  const bool is_open = !info.shape || std::find(shape.begin() + !shape.empty(), shape.end(), -1) != shape.end();
  if (!is_open) return shape;
  if (!context_.has_dataset()) throw mase::Error(in + " has a shape that the file leaves open", fields_.file.loc, hint);
  const mase::Batch batch = one_sample(context_);
  if (place >= batch.inputs.size())
    throw mase::Error(mase::format("{} has an open shape, and the data has only {} inputs", in, batch.inputs.size()),
                      fields_.file.loc, hint);
  shape = mase::shape_of(batch.inputs[place]);
  shape[0] = -1;
  return shape;
}

std::map<std::string, Wire> ImportBuilder::inputs(std::vector<InputInfo> infos) {
  mase::NameList names;
  std::map<std::string, const InputInfo*> known_infos;
  for (const InputInfo& info : infos) names.add(info.name), known_infos[info.name] = &info;
  const auto check = [&](const std::string& name, const char* field) {
    if (!known_infos.contains(name))
      throw mase::Error(mase::format("'{}' has no input '{}' (in `{}`){}", fields_.file.name, name, field,
                                     mase::did_you_mean(name, names)),
                        fields_.file.loc);
  };
  for (const auto& [name, value] : fields_.constants) check(name, "constants");
  for (const auto& [name, shape] : fields_.shapes) check(name, "shapes");
  std::vector<std::string> order;
  for (const std::string& name : fields_.inputs) check(name, "inputs"), order.push_back(name);
  if (order.empty())
    for (const InputInfo& info : infos)
      if (!fields_.constants.contains(info.name)) order.push_back(info.name);

  std::map<std::string, mase::Shape> shapes;
  int64_t batch = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const InputInfo& info = *known_infos[order[i]];
    if (shapes.contains(info.name) || fields_.constants.contains(info.name))
      throw mase::Error(mase::format("input '{}' is named twice", info.name), fields_.file.loc);
    const mase::Shape& shape = shapes[info.name] = input_shape(info, i);
    if (shape.empty()) continue;
    if (shape[0] < 0) literal_batch_ = false;
    if (!batch) batch = shape[0] < 0 ? kOpenBatch : shape[0];
  }
  batch = std::max<int64_t>(batch, 1);
  batch_ = {batch, any_batch_ ? batch + 1 : batch};
  const auto shape_at = [&](mase::Shape shape, size_t at) {
    if (!shape.empty() && (shape[0] < 0 || shape[0] == batch)) shape[0] = batch_[at];
    return shape;
  };

  std::map<std::string, Wire> wires;
  for (const InputInfo& info : infos) wires[info.name] = absent();
  for (const auto& [name, value] : fields_.constants) {
    const mase::Shape shape = input_shape(*known_infos[name], 0);
    const at::ScalarType type = known_infos[name]->dtype.value_or(at::kFloat);
    wires[name] = known(constant_input(shape_at(shape, 0), value, type));
    wires[name].trace[1] = constant_input(shape_at(shape, 1), value, type);
  }
  for (size_t i = 0; i < order.size(); ++i) {
    const InputInfo& info = *known_infos[order[i]];
    at::ScalarType type = info.dtype.value_or(at::kFloat);
    if (!info.dtype && context_.has_dataset()) {
      const mase::Batch sample = one_sample(context_);
      if (i < sample.inputs.size()) type = sample.inputs[i].scalar_type();
    }
    mase::Node& node = graph_.add(mase::OpKind::placeholder, info.name);
    node.target = info.name;
    node.meta.common.mase_type = "placeholder";
    Wire wire;
    wire.state = Wire::State::live, wire.from = mase::Argument(&node);
    for (size_t at = 0; at < 2; ++at)
      wire.trace[at] = at::empty(shape_at(shapes[info.name], at), at::TensorOptions().dtype(type).device(at::kMeta));
    record(node.meta.common.results.add("data_out_0"), wire);
    const mase::Shape& shape = shapes[info.name];
    if (!like_ && !shape.empty() && (shape[0] < 0 || shape[0] == batch)) like_ = &node;
    wires[info.name] = wire;
    name(info.name, wire);
  }
  for (const auto& [name, wire] : wires)
    if (wire.absent()) left_out_.push_back(name);
  return wires;
}

void ImportBuilder::output(const std::string& output, const Wire& wire) {
  outputs_.emplace_back(output, wire);
  name(output, wire);
}

void ImportBuilder::check_unknown(const std::string& what) const {
  if (unknown_.empty()) return;
  std::string text;
  for (const auto& [node, op, why] : unknown_) {
    text += mase::format("{}{} (node '{}'", text.empty() ? "" : ", ", op, node);
    text += why.empty() ? ")" : mase::format(": {})", why);
  }
  throw mase::Error(
      mase::format("'{}': {} of its {} operators cannot be read: {}", fields_.file.name, unknown_.size(), what, text),
      fields_.file.loc, "docs/models.md tells how a plugin adds an operator");
}

// The results that the recipe asks for, or every output that does not need an input that was left out.
mase::Graph ImportBuilder::finish(const std::string& what) {
  check_unknown(what);
  std::vector<std::pair<std::string, Wire>> wanted;
  for (const std::string& name : fields_.outputs) {
    const auto found = named_.find(name);
    if (found == named_.end()) {
      mase::NameList names;
      for (const auto& [key, wire] : named_) names.add(key);
      throw mase::Error(
          mase::format("'{}' has no output or node '{}'{}", fields_.file.name, name, mase::did_you_mean(name, names)),
          fields_.file.loc);
    }
    if (found->second.absent())
      throw mase::Error(mase::format("'{}': output '{}' needs an input that is left out: {}", fields_.file.name, name,
                                     joined(left_out_)),
                        fields_.file.loc, "name it in `inputs`, or give it a value in `constants`");
    wanted.push_back(*found);
  }
  if (wanted.empty())
    std::copy_if(outputs_.begin(), outputs_.end(), std::back_inserter(wanted),
                 [](const auto& output) { return output.second.usable(); });
  if (wanted.empty())
    throw mase::Error(mase::format("'{}' has no output that does without the inputs left out: {}", fields_.file.name,
                                   joined(left_out_)),
                      fields_.file.loc, "name more of them in `inputs`, or give them values in `constants`");
  std::vector<mase::Argument> results;
  mase::List names;
  for (const auto& [name, wire] : wanted) {
    results.push_back(wire.known() && wire.rank() == 0 ? constant(name, wire.trace[0].reshape({1}), wire.key)
                                                       : argument(name, wire));
    names.push_back(name);
  }
  graph_.meta.set("outputs", names);
  mase::add_output(graph_, std::move(results));
  drop_unused();
  simplify(graph_, components_);
  drop_unused();
  return std::move(graph_);
}

void ImportBuilder::drop_unused() {
  const std::vector<mase::Node*> nodes = graph_.nodes();
  for (auto it = nodes.rbegin(); it != nodes.rend(); ++it)
    if ((*it)->users().empty() && (*it)->op_kind != mase::OpKind::placeholder && (*it)->op_kind != mase::OpKind::output)
      graph_.erase(**it);
  std::set<std::string> used;
  for (const mase::Node* node : graph_.nodes())
    for (const mase::Parameter& p : node->params) used.insert(p.key);
  for (const std::string& key : graph_.tensor_keys())
    if (!used.contains(key)) graph_.erase_tensor(key);
}

}  // namespace models
