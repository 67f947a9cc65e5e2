// ImportBuilder: the inputs of the graph, as the file declares them and the recipe chooses among them.
#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>

#include <algorithm>

#include "import.h"
#include "mase/dataset.h"
#include "mase/text.h"

namespace models {

namespace {

constexpr int64_t kOpenBatch = 2;  // the smaller batch of a trace, where the file leaves the batch open

// One sample of the run's data, whichever split has any.
mase::Batch one_sample(mase::Context& context) {
  for (const char* split : {"train", "validation", "test"})
    if (const mase::Split& found = context.dataset(split); found.size()) return found.batch(0, 1);
  return {};
}

bool has_batch(const mase::Shape& shape, int64_t batch) {
  return !shape.empty() && (shape[0] < 0 || shape[0] == batch);
}

mase::Shape with_batch(mase::Shape shape, int64_t from, int64_t to) {
  if (has_batch(shape, from)) shape[0] = to;
  return shape;
}

}  // namespace

// The shape that the recipe gives, which must agree with the file's.
mase::Shape ImportBuilder::given_shape(const InputInfo& info, mase::Shape shape) const {
  const std::string in = mase::format("'{}': input '{}'", fields_.file.name, info.name);
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

// -1 for an open batch; everything else is settled here, by the recipe or the data where the file leaves it open.
mase::Shape ImportBuilder::input_shape(const InputInfo& info, size_t place) const {
  if (const auto given = fields_.shapes.find(info.name); given != fields_.shapes.end())
    return given_shape(info, given->second);
  mase::Shape shape;
  if (info.shape)
    for (const auto& size : *info.shape) shape.push_back(size.value_or(-1));
  const bool is_open = !info.shape || std::find(shape.begin() + !shape.empty(), shape.end(), -1) != shape.end();
  if (!is_open) return shape;
  const std::string in = mase::format("'{}': input '{}'", fields_.file.name, info.name);
  const std::string hint = mase::format("add its shape with the batch, as in shapes: {{{}: [1, 16]}}", info.name);
  if (!context_.has_dataset()) throw mase::Error(in + " has a shape that the file leaves open", fields_.file.loc, hint);
  const mase::Batch batch = one_sample(context_);
  if (place >= batch.inputs.size())
    throw mase::Error(mase::format("{} has an open shape, and the data has only {} inputs", in, batch.inputs.size()),
                      fields_.file.loc, hint);
  shape = mase::shape_of(batch.inputs[place]);
  shape[0] = -1;
  return shape;
}

// The inputs to keep, in the recipe's order; everything that the recipe names must be there.
std::vector<const InputInfo*> ImportBuilder::chosen_inputs(const std::vector<InputInfo>& infos) const {
  mase::NameList names;
  std::map<std::string, const InputInfo*> by_name;
  std::string listed;
  for (const InputInfo& info : infos) {
    names.add(info.name), by_name[info.name] = &info;
    listed += (listed.empty() ? "" : ", ") + info.name;
  }
  const auto check = [&](const std::string& name, const char* field) {
    if (!by_name.contains(name))
      throw mase::Error(mase::format("'{}' has no input '{}' (in `{}`){}", fields_.file.name, name, field,
                                     mase::did_you_mean(name, names)),
                        fields_.file.loc, mase::format("inputs of the file: {}", listed));
  };
  for (const auto& [name, value] : fields_.constants) check(name, "constants");
  for (const auto& [name, shape] : fields_.shapes) check(name, "shapes");
  std::vector<const InputInfo*> chosen;
  for (const std::string& name : fields_.inputs) {
    check(name, "inputs");
    if (fields_.constants.contains(name) || std::count(fields_.inputs.begin(), fields_.inputs.end(), name) > 1)
      throw mase::Error(mase::format("'{}': input '{}' is named twice", fields_.file.name, name), fields_.file.loc);
    chosen.push_back(by_name[name]);
  }
  if (fields_.inputs.empty())
    for (const InputInfo& info : infos)
      if (!fields_.constants.contains(info.name)) chosen.push_back(&info);
  return chosen;
}

Wire ImportBuilder::placeholder(const InputInfo& info, const mase::Shape& shape, size_t place) {
  at::ScalarType type = info.dtype.value_or(at::kFloat);
  if (!info.dtype && context_.has_dataset())
    if (const mase::Batch sample = one_sample(context_); place < sample.inputs.size())
      type = sample.inputs[place].scalar_type();
  mase::Node& node = graph_.add(mase::OpKind::placeholder, info.name);
  node.target = info.name;
  node.meta.common.mase_type = "placeholder";
  Wire wire;
  wire.state = Wire::State::live, wire.from = mase::Argument(&node);
  for (size_t at = 0; at < 2; ++at)
    wire.trace[at] =
        at::empty(with_batch(shape, batch_[0], batch_[at]), at::TensorOptions().dtype(type).device(at::kMeta));
  record(node.meta.common.results.add("data_out_0"), wire);
  sizes_[&node] = {wire.sizes()};
  if (!like_ && has_batch(shape, batch_[0])) like_ = &node;
  name(info.name, wire);
  return wire;
}

// The shape of an input that is left out, as far as the file and the inputs beside it tell.
std::optional<mase::Shape> ImportBuilder::shape_left_out(const InputInfo& info,
                                                         const std::vector<const InputInfo*>& chosen,
                                                         const std::vector<mase::Shape>& shapes) const {
  if (!info.shape || !info.dtype) return std::nullopt;
  std::map<std::string, int64_t> sizes;
  for (size_t k = 0; k < chosen.size(); ++k)
    for (size_t i = 0; i < std::min(chosen[k]->symbols.size(), shapes[k].size()); ++i)
      if (!chosen[k]->symbols[i].empty()) sizes[chosen[k]->symbols[i]] = shapes[k][i];
  mase::Shape shape;
  for (size_t i = 0; i < info.shape->size(); ++i) {
    const auto& size = (*info.shape)[i];
    const auto same = i < info.symbols.size() ? sizes.find(info.symbols[i]) : sizes.end();
    if (!size && same == sizes.end() && i > 0) return std::nullopt;
    shape.push_back(size ? *size : i == 0 ? -1 : same->second);
  }
  return shape;
}

std::map<std::string, Wire> ImportBuilder::inputs(const std::vector<InputInfo>& infos) {
  const std::vector<const InputInfo*> chosen = chosen_inputs(infos);
  std::vector<mase::Shape> shapes;
  int64_t batch = 0;
  for (size_t i = 0; i < chosen.size(); ++i) {
    const mase::Shape& shape = shapes.emplace_back(input_shape(*chosen[i], i));
    if (shape.empty()) continue;
    if (shape[0] < 0) literal_batch_ = false;
    if (!batch) batch = shape[0] < 0 ? kOpenBatch : shape[0];
  }
  batch = std::max<int64_t>(batch, 1);
  batch_ = {batch, any_batch_ ? batch + 1 : batch};
  std::map<std::string, Wire> wires;
  for (const InputInfo& info : infos) {
    wires[info.name] = absent();
    const auto constant = fields_.constants.find(info.name);
    if (constant == fields_.constants.end()) continue;
    const mase::Shape shape = input_shape(info, 0);
    const auto options = at::TensorOptions().dtype(info.dtype.value_or(at::kFloat));
    const at::Tensor value = at::scalar_tensor(constant->second, options);
    wires[info.name] = known(value.expand(with_batch(shape, batch, batch_[0])));
    wires[info.name].trace[1] = value.expand(with_batch(shape, batch, batch_[1]));
  }
  for (size_t i = 0; i < chosen.size(); ++i) wires[chosen[i]->name] = placeholder(*chosen[i], shapes[i], i);
  for (const InputInfo& info : infos) {
    Wire& wire = wires.at(info.name);
    if (!wire.absent()) continue;
    left_out_.push_back(info.name);
    // Its shape may still be asked for.
    const std::optional<mase::Shape> shape = shape_left_out(info, chosen, shapes);
    if (!shape) continue;
    mase::Node* const like = like_;
    wire = missing(placeholder(info, *shape, 0));
    like_ = like, hidden_.insert(wire.shadow->from.node), named_.erase(info.name);
  }
  return wires;
}

}  // namespace models
