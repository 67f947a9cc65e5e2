// ImportBuilder: what is known while reading, and the nodes that it becomes.
#include <ATen/ops/clone.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/index_put.h>
#include <ATen/ops/tensor.h>

#include "import.h"
#include "mase/text.h"

namespace models {

using mase::Argument;
using mase::Chosen;

namespace {

// Constants of more elements are not compared.
constexpr int64_t kMostAlike = 1 << 20;

bool same_values(const Wire& wire) {
  return wire.trace[0].is_same(wire.trace[1]) ||
         (wire.trace[0].sizes() == wire.trace[1].sizes() && at::equal(wire.trace[0], wire.trace[1]));
}

// The first of rows that are all equal, as [1, ...]; undefined where they differ.
at::Tensor common_row(const at::Tensor& t) {
  if (t.dim() == 0 || t.size(0) == 0) return {};
  const at::Tensor row = t.narrow(0, 0, 1);
  return at::equal(row.expand_as(t), t) ? row.contiguous() : at::Tensor();
}

}  // namespace

Wire ImportBuilder::known(at::Tensor value, std::string key) {
  Wire wire;
  wire.state = Wire::State::known, wire.trace = {value, value}, wire.key = std::move(key);
  return wire;
}

Wire ImportBuilder::known(const Sizes& values) {
  std::array<std::vector<int64_t>, 2> lists;
  for (const Size& n : values) lists[0].push_back(n.at[0]), lists[1].push_back(n.at[1]);
  Wire wire = known(at::tensor(lists[0], at::kLong));
  if (lists[0] != lists[1]) wire.trace[1] = at::tensor(lists[1], at::kLong);
  return wire;
}

Wire ImportBuilder::known(const Size& value) {
  Wire wire = known(Sizes{value});
  for (at::Tensor& t : wire.trace) t = t.squeeze(0);
  return wire;
}

// A file that was written for one batch size has constants of that size, too: equal rows become one that broadcasts.
bool ImportBuilder::fit_constants(const Chosen& op, Wires& inputs) const {
  bool changed = false;
  const bool broadcasts = op.name() != "nn.cat" && op.name() != "nn.stack" && op.name() != "nn.gather";
  for (Wire& wire : inputs) {
    if (!literal_batch_ || !wire.known() || wire.rank() == 0 || wire.size(0) != Size(batch_[0])) continue;
    const at::Tensor row = common_row(wire.trace[0]);
    if (!row.defined() || (broadcasts && batch_[0] == 1)) continue;
    wire = known(row), changed = true;
    if (!broadcasts)
      for (size_t at = 0; at < 2; ++at) {
        mase::Shape shape = mase::shape_of(row);
        shape[0] = batch_[at];
        wire.trace[at] = row.expand(shape);
      }
  }
  return changed;
}

Wire ImportBuilder::assigned(const Wire& whole, const Wires& places, const Wire& values) {
  bool is_fixed = whole.trace[0].is_same(whole.trace[1]) && values.trace[0].is_same(values.trace[1]);
  for (const Wire& place : places) is_fixed &= place.trace[0].is_same(place.trace[1]);
  Wire result = known(whole.trace[0]);
  for (size_t at = 0; at < (is_fixed ? 1 : 2); ++at) {
    check_made(whole.trace[at].numel());
    made_ += whole.trace[at].numel();
    c10::List<std::optional<at::Tensor>> indices;
    for (const Wire& place : places) indices.push_back(place.trace[at].to(at::kLong));
    result.trace[at] = at::clone(whole.trace[at], at::MemoryFormat::Contiguous);
    result.trace[at].index_put_(indices, values.trace[at].to(whole.dtype()));
  }
  if (is_fixed) result.trace[1] = result.trace[0];
  return result;
}

std::string ImportBuilder::store(const std::string& key, const at::Tensor& value) {
  std::string free = key;
  for (int i = 1; graph_.has_tensor(free); ++i) {
    if (graph_.tensor(free).is_same(value)) return free;
    free = mase::format("{}_{}", key, i);
  }
  graph_.set_tensor(free, value);
  return free;
}

Argument ImportBuilder::constant(const std::string& name, const at::Tensor& value, const std::string& key) {
  if (value.dim() == 0) {
    if (value.scalar_type() == at::kBool) return mase::Value(value.item<bool>());
    if (at::isIntegralType(value.scalar_type(), false)) return mase::Value(value.item<int64_t>());
    return mase::Value(value.item<double>());
  }
  mase::Node*& node = constants_[value.unsafeGetTensorImpl()];
  // What was computed while reading is one constant where it is the same.
  std::vector<mase::Node*>* alike =
      key.empty() && value.numel() <= kMostAlike ? &computed_[mase::shape_of(value)] : nullptr;
  for (size_t i = 0; alike && !node && i < alike->size(); ++i)
    if (const at::Tensor& other = graph_.tensor((*alike)[i]->params[0].key);
        other.scalar_type() == value.scalar_type() && at::equal(other, value))
      node = (*alike)[i];
  if (!node) {
    const std::string stored = store(key.empty() ? name : key, value);
    node = &graph_.add(mase::OpKind::get_attr, stored);
    if (alike) alike->push_back(node);
    node->target = stored;
    node->params.push_back({"value", stored});
    node->meta.common.mase_type = "get_attr";
    record(node->meta.common.results.add("data_out_0"), known(value));
    sizes_[node] = {known(value).sizes()};
  }
  return Argument(node);
}

Argument ImportBuilder::argument(const std::string& name, const Wire& wire) {
  if (wire.live()) return wire.from;
  if (!any_batch_ || same_values(wire)) return constant(name, wire.trace[0], wire.key);
  // A constant that is as long as the batch: one row, repeated when the graph runs.
  const at::Tensor row = wire.rank() ? common_row(wire.trace[1]) : at::Tensor();
  if (!row.defined() || !like_ || wire.size(0) != Size(batch_[0], batch_[1]))
    throw OneBatchOnly{mase::format("node '{}' uses a value that depends on the batch size", name)};
  Wire like;
  for (const auto& [key, input] : named_)
    if (input.live() && input.from.node == like_) like = input;
  mase::List shape(static_cast<size_t>(wire.rank()), mase::Value(-1));
  shape[0] = 0;
  return apply(name + "_expand", Chosen("nn.expand", {{"shape", shape}}), {known(row), like}).front().from;
}

}  // namespace models
