// ImportBuilder: what is known while reading, and the nodes that it becomes.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_put.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "import_call.h"
#include "mase/text.h"

namespace models {

using mase::Argument;
using mase::Chosen;

namespace {

// Constants of more elements are not compared.
constexpr int64_t kMostAlike = 1 << 20;
constexpr int64_t kMostCounted = int64_t{1} << 40;  // what counts samples

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

// The first of `count` blocks of rows that are all equal; undefined where they differ.
at::Tensor common_block(const at::Tensor& t, int64_t count) {
  if (t.dim() == 0 || count < 1 || t.size(0) == 0 || t.size(0) % count != 0 || t.numel() > kMostAlike) return {};
  mase::Shape shape = mase::shape_of(t);
  shape[0] /= count, shape.insert(shape.begin(), count);
  const at::Tensor blocks = t.reshape(shape), first = blocks.narrow(0, 0, 1);
  return at::equal(first.expand_as(blocks), blocks) ? first.contiguous() : at::Tensor();
}

// The number of the only sample, or any other zero.
bool is_zero(const at::Tensor& row) {
  return row.numel() == 1 && at::isIntegralType(row.scalar_type(), true) && row.item<int64_t>() == 0;
}

// Integers in a column that go up or down by the same step: the numbers of samples, or of what begins with each.
struct Counting {
  int64_t first = 0, step = 0;
};
std::optional<Counting> counting(const at::Tensor& t) {
  if (t.dim() == 0 || t.size(0) < 2 || t.numel() != t.size(0) || t.scalar_type() == at::kBool ||
      !at::isIntegralType(t.scalar_type(), false))
    return std::nullopt;
  const at::Tensor column = t.reshape({-1}).to(at::kLong);
  const auto first = column[0].item<int64_t>(), second = column[1].item<int64_t>();
  const auto [low, high] = std::minmax(first, second);
  if (low == high || low < -kMostCounted || high > kMostCounted) return std::nullopt;
  const int64_t step = second - first;
  if (!at::equal(column, at::arange(t.size(0), at::kLong) * step + first)) return std::nullopt;
  return Counting{first, step};
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

// A file that was written for one batch size has constants of that size, too: equal rows become one that broadcasts,
// numbers that count go on.
bool ImportBuilder::fit_constants(const Chosen& op, Wires& inputs) {
  bool changed = false;
  const bool broadcasts = op.name() != "nn.cat" && op.name() != "nn.stack" && op.name() != "nn.gather";
  for (Wire& wire : inputs) {
    if (!literal_batch_ || !wire.known() || wire.rank() == 0 || !wire.size(0).fixed() || wire.size(0).at[0] == 0 ||
        wire.size(0).at[0] % batch_[0] != 0)
      continue;
    if (wire.size(0) != Size(batch_[0])) {  // of a multiple of the batch
      const at::Tensor row = broadcasts ? common_row(wire.trace[0]) : at::Tensor();
      if (row.defined()) {
        wire = known(row), changed = true;
      } else if (const at::Tensor block = common_block(wire.trace[0], batch_[0]); block.defined() && batch_[0] > 1) {
        mase::Shape times(static_cast<size_t>(wire.rank()), 1);
        times[0] = batch_[1], wire.key.clear(), changed = true;
        wire.trace[1] = block.squeeze(0).repeat(times);
      }
      continue;
    }
    if (const auto numbers = counting(wire.trace[0])) {
      mase::Shape shape = mase::shape_of(wire.trace[0]);
      shape[0] = batch_[1], wire.key.clear(), changed = true;
      wire.trace[1] = (at::arange(batch_[1], at::kLong) * numbers->step + numbers->first).to(wire.dtype()).view(shape);
      continue;
    }
    const at::Tensor row = common_row(wire.trace[0]);
    if (!row.defined() || (broadcasts && batch_[0] == 1)) continue;
    is_doubtful_ |= is_zero(row) && batch_[0] == 1;  // it may count samples just as well
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
    make_room({whole}, whole.trace[at].nbytes());
    c10::List<std::optional<at::Tensor>> indices;
    for (const Wire& place : places) indices.push_back(place.trace[at].to(at::kLong));
    result.trace[at] = at::clone(whole.trace[at], at::MemoryFormat::Contiguous);
    hold(result.trace[at]);
    result.trace[at].index_put_(indices, values.trace[at].to(whole.dtype()));
  }
  if (is_fixed) result.trace[1] = result.trace[0];
  return result;
}

// The row that a constant repeats as often as some other multiple of the batch says; absent where there is none.
Wire ImportBuilder::common_row_of(const Wire& wire) const {
  if (!any_batch_ || !wire.known() || wire.rank() == 0 || wire.size(0).fixed() || wire.size(0) == batch() ||
      wire.trace[0].numel() == 0 || wire.trace[1].numel() > kMostAlike)
    return absent();
  const at::Tensor small = common_row(wire.trace[0]), large = common_row(wire.trace[1]);
  return small.defined() && large.defined() && at::equal(small, large) ? known(small) : absent();
}

std::string ImportBuilder::store(const std::string& key, const at::Tensor& value) {
  std::string free = key;
  for (int i = 1; graph_.has_tensor(free); ++i) {
    if (graph_.tensor(free).is_same(value)) return free;
    free = mase::format("{}_{}", key, i);
  }
  graph_.set_tensor(free, value);
  if (free != key) stored_as_[key] = free;
  return free;
}

Argument ImportBuilder::constant(const std::string& name, const at::Tensor& value, const std::string& key) {
  if (value.dim() == 0) {
    if (value.scalar_type() == at::kBool) return mase::Value(value.item<bool>());
    if (at::isIntegralType(value.scalar_type(), false)) return mase::Value(value.item<int64_t>());
    return mase::Value(value.item<double>());
  }
  // What repeats itself is repeated when the graph runs, where it would take more memory than the file warrants.
  if (const at::Tensor part = repeated_part(value); part.defined() && !has_room({}, value.nbytes())) {
    Call call{name + "_expand", {}, Chosen("nn.expand", {{"shape", mase::Value(mase::shape_of(value))}}), {}, {}, {}};
    call.inputs = {known(part)}, call.op = components_.shared<mase::Op>(call.chosen);
    return emit(call).front().from;
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
  kept_.push_back(value);
  return Argument(node);
}

// A constant row, repeated for each sample when the graph runs.
Argument ImportBuilder::rows(const std::string& name, const at::Tensor& row) {
  mase::List shape(static_cast<size_t>(row.dim()), mase::Value(-1));
  shape[0] = 0;
  return apply(name + "_expand", Chosen("nn.expand", {{"shape", shape}}), {known(row), named_.at(like_->target)})
      .front()
      .from;
}

// Several constant rows, one after the other for each sample: what files compute that take the samples' parts apart.
std::optional<Argument> ImportBuilder::blocks(const std::string& name, const Wire& wire) {
  if (wire.rank() == 0 || !like_ || wire.trace[1].size(0) % batch_[1] != 0) return std::nullopt;
  const at::Tensor small = common_block(wire.trace[0], batch_[0]), large = common_block(wire.trace[1], batch_[1]);
  if (!small.defined() || !large.defined() || !at::equal(small, large)) return std::nullopt;
  Wire each = wire;
  each.state = Wire::State::live, each.key.clear(), each.from = rows(name, small);
  for (size_t at = 0; at < 2; ++at) {
    mase::Shape shape = mase::shape_of(small);
    shape[0] = batch_[at];
    each.trace[at] = at::empty(shape, at::TensorOptions().dtype(wire.dtype()).device(at::kMeta));
  }
  return reshape(name + "_rows", each, wire.sizes()).from;
}

// Numbers that count the batch: the sum of their steps so far.
std::optional<Argument> ImportBuilder::counted(const std::string& name, const Wire& numbers) {
  const auto small = counting(numbers.trace[0]), large = counting(numbers.trace[1]);
  if (!large || (numbers.trace[0].size(0) > 1 && (!small || small->first != large->first)) ||
      numbers.trace[0].reshape({-1})[0].item<int64_t>() != large->first)
    return std::nullopt;
  Wire step = known(at::full(mase::Shape(static_cast<size_t>(numbers.rank()), 1), large->step, at::kLong));
  Wire steps = numbers;
  steps.state = Wire::State::live, steps.from = rows(name, step.trace[0]);
  for (at::Tensor& t : steps.trace) t = at::empty(t.sizes(), at::TensorOptions().dtype(at::kLong).device(at::kMeta));
  const Wire sums = call(name + "_sum", "cumsum", {steps}, {{"dim", 0}});
  const Wire first = known(at::scalar_tensor(large->first - large->step, at::kLong));
  return cast(name + "_cast", binary(name + "_count", "add", sums, first), numbers.dtype()).from;
}

Argument ImportBuilder::argument(const std::string& name, const Wire& wire) {
  if (wire.live()) return wire.from;
  if (!any_batch_ || same_values(wire)) return constant(name, wire.trace[0], wire.key);
  // A constant that is as long as the batch: one row, or what counts its samples.
  if (wire.rank() && like_ && wire.size(0) == Size(batch_[0], batch_[1])) {
    if (const at::Tensor row = common_row(wire.trace[1]); row.defined()) return rows(name, row);
    if (const auto count = counted(name, wire)) return *count;
  }
  if (const auto each = blocks(name, wire)) return *each;
  throw OneBatchOnly{mase::format("node '{}' uses a value that depends on the batch size", name)};
}

}  // namespace models
