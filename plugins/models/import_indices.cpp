// ImportBuilder: canonical forms of what picks elements at indices, and indices that number the samples of a batch.
#include <ATen/ExpandUtils.h>
#include <ATen/ops/all.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/index.h>

#include <algorithm>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

using Places = std::vector<std::optional<at::Tensor>>;

constexpr int64_t kMostPicked = 1 << 20;  // elements; how larger tensors are picked from is not looked at

// The first of known indices that count on from there through all `size` places and around; 0 where they do not.
int64_t counted_from(const Wire& index, int64_t size) {
  if (!index.known() || index.rank() != 1 || index.size(0) != Size(size) || size < 2 || size > kMostPicked ||
      !at::equal(index.trace[0], index.trace[1]))
    return 0;
  const at::Tensor places = index.trace[0].to(at::kLong).contiguous();
  const int64_t* place = places.const_data_ptr<int64_t>();
  const auto at = [&](int64_t i) { return place[i] < 0 ? place[i] + size : place[i]; };
  for (int64_t i = 0; i < size; ++i)
    if (at(i) != (at(0) + i) % size) return 0;
  return at(0);
}

// Whether indices pick as many elements as there are: what they broadcast to may be far larger than all of them.
bool picks_as_many(const at::Tensor& x, const Places& places) {
  std::vector<int64_t> shape;
  double count = 1;
  for (size_t i = 0; i < static_cast<size_t>(x.dim()); ++i)
    if (i < places.size() && places[i])
      shape = at::infer_size(shape, places[i]->sizes());
    else
      count *= static_cast<double>(x.size(static_cast<int64_t>(i)));
  for (const int64_t n : shape) count *= static_cast<double>(n);
  return count == static_cast<double>(x.numel());
}

}  // namespace

// What `x` is reshaped to by indices that pick every element in order: how masks are often broadcast.
std::optional<Sizes> ImportBuilder::picks_all(const Wire& x, const std::vector<std::optional<Wire>>& indices) const {
  Sizes to;
  for (size_t at = 0; at < (literal_batch_ ? 1 : 2); ++at) {
    Places places;
    for (const std::optional<Wire>& index : indices) {
      if (index && (!index->known() || index->dtype() == at::kBool)) return std::nullopt;
      places.push_back(index ? std::optional(index->trace[at].to(at::kLong)) : std::nullopt);
    }
    if (x.trace[at].numel() > kMostPicked || !picks_as_many(x.trace[at], places)) return std::nullopt;
    const at::Tensor numbers = at::arange(x.trace[at].numel()).view(x.trace[at].sizes());
    const at::Tensor picked = at::index(numbers, c10::List<std::optional<at::Tensor>>(places));
    if (!at::equal(picked.reshape({-1}), numbers.reshape({-1}))) return std::nullopt;
    if (at == 0) to.assign(picked.sizes().begin(), picked.sizes().end());
    if (static_cast<size_t>(picked.dim()) != to.size()) return std::nullopt;
    for (int64_t i = 0; at == 1 && i < picked.dim(); ++i) to[static_cast<size_t>(i)].at[1] = picked.size(i);
  }
  return to;
}

// Whether the index counts the samples: 0, 1, 2, ... along a first axis that grows with the batch.
bool ImportBuilder::numbers_samples(const Wire& x, const Wire& index) const {
  if (!x.live() || x.rank() < 2 || x.size(0) != batch() || !index.known() || index.rank() < 1 ||
      index.dtype() == at::kBool || !at::isIntegralType(index.dtype(), false))
    return false;
  for (size_t at = 0; at < 2; ++at) {
    const at::Tensor& numbers = index.trace[at];
    const int64_t count = numbers.size(0);
    if (numbers.numel() != count || (count != batch_[at] && !(literal_batch_ && count == batch_[0])) ||
        !at::equal(numbers.reshape({-1}).to(at::kLong), at::arange(count, at::kLong)))
      return false;
  }
  return true;
}

// x[samples, i]: places that each sample picks from what is its own, as many as there are in the batch.
std::optional<Wire> ImportBuilder::index_each(const std::string& name, const Wire& x,
                                              const std::vector<std::optional<Wire>>& indices) {
  if (indices.size() < 2 || !indices[0] || !numbers_samples(x, *indices[0])) return std::nullopt;
  Wires inputs{x};
  mase::List axes;
  for (size_t i = 1; i < indices.size(); ++i)
    if (indices[i]) axes.push_back(static_cast<int64_t>(i)), inputs.push_back(*indices[i]);
  const int64_t rank = indices[0]->rank();
  // The same place of every sample.
  if (inputs.size() == 2 && rank == 1 && inputs[1].known() && inputs[1].trace[0].numel() > 0) {
    const at::Tensor place = inputs[1].trace[0].flatten()[0];
    for (const at::Tensor& t : inputs[1].trace)
      if (!t.eq(place).all().item<bool>()) return std::nullopt;
    return call(name, "select", {x}, {{"dim", axes[0]}, {"index", place.item<int64_t>()}});
  }
  for (size_t i = 1; i < inputs.size(); ++i)
    if (!inputs[i].live() || inputs[i].rank() != rank || inputs[i].size(0) != x.size(0)) return std::nullopt;
  if (inputs.size() == 1) return std::nullopt;
  return call(name, "index", inputs, {{"axes", axes}, {"batch_dims", 1}});
}

Wire ImportBuilder::index(const std::string& name, const Wire& x, const std::vector<std::optional<Wire>>& indices) {
  Wires inputs{x};
  mase::List axes;
  for (size_t i = 0; i < indices.size(); ++i)
    if (indices[i]) axes.push_back(static_cast<int64_t>(i)), inputs.push_back(*indices[i]);
  if (x.usable() && static_cast<int64_t>(indices.size()) <= x.rank()) {
    if (const auto to = x.live() ? picks_all(x, indices) : std::nullopt) return reshape(name, x, *to);
    if (const auto each = x.live() ? index_each(name, x, indices) : std::nullopt) return *each;
    if (const auto rows = index_rows(name, x, indices)) return *rows;
  }
  return call(name, "index", inputs, {{"axes", axes}});
}

Wire ImportBuilder::cat(const std::string& name, const Wires& all, int64_t axis) {
  Wires parts = all;  // without those that hold nothing, such as what rotary embeddings of whole heads leave alone
  const bool is_usable = std::all_of(all.begin(), all.end(), [&](const Wire& w) {
    return w.usable() && w.rank() == all[0].rank() && w.dtype() == all[0].dtype() && axis >= 0 && axis < w.rank();
  });
  if (is_usable && std::any_of(all.begin(), all.end(), [&](const Wire& w) { return w.size(axis) != Size(0); }))
    std::erase_if(parts, [&](const Wire& w) { return w.size(axis) == Size(0); });
  if (parts.size() == 1) return parts[0];
  const Wire joined = call(name, "cat", parts, {{"dim", axis}});
  const auto is_column = [&](const Wire& w) { return w.rank() == axis + 1 && w.size(axis) == Size(1); };
  if (joined.live() && std::all_of(parts.begin(), parts.end(), is_column)) joined_[joined.from.node] = parts;
  return joined;
}

std::optional<Wires> ImportBuilder::columns(const std::string& name, const Wire& joined) {
  const auto found = joined.live() ? joined_.find(joined.from.node) : joined_.end();
  if (found == joined_.end()) return std::nullopt;
  Wires parts = found->second;
  for (Wire& part : parts) {
    Sizes sizes = part.sizes();
    sizes.pop_back();
    part = reshape(name, part, std::move(sizes));
  }
  return parts;
}

Wire ImportBuilder::index_select(const std::string& name, const Wire& x, int64_t axis, const Wire& index) {
  if (x.live() && axis >= 0 && axis < x.rank()) {
    // In a file of one sample these may be its own, counted from a 0 that is not written.
    if (literal_batch_ && batch_[0] == 1 && index.live() && !x.size(axis).fixed())
      throw OneBatchOnly{mase::format("node '{}' picks places of an axis that grows with the batch", name)};
    std::vector<std::optional<Wire>> indices(static_cast<size_t>(axis));
    indices.emplace_back(index);
    if (const auto to = picks_all(x, indices)) return reshape(name, x, *to);
    const Size size = x.size(axis);
    if (const int64_t first = size.fixed() ? counted_from(index, size.at[0]) : 0)
      return apply(name, *roll_op({{axis, -first}}, x.sizes()), {x}).front();
    if (const auto pad = picks_padding(x, axis, index)) return call(name, "pad", {x}, *pad);
  }
  return call(name, "index_select", {x, index}, {{"dim", axis}});
}

}  // namespace models
