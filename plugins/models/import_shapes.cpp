// ImportBuilder: canonical forms of what moves elements without computing: reshape, permute, expand, slice.
#include <ATen/TensorUtils.h>

#include <algorithm>
#include <numeric>

#include "import.h"
#include "mase/text.h"

namespace models {

namespace {

int64_t product(const Sizes& sizes, size_t at) {
  int64_t count = 1;
  for (const Size& n : sizes)
    if (__builtin_mul_overflow(count, n.at[at], &count))
      throw mase::Error("a shape has more elements than 63 bits count");
  return count;
}

mase::Shape shape_at(const Sizes& sizes, size_t at) {
  mase::Shape shape;
  for (const Size& n : sizes) shape.push_back(n.at[at]);
  return shape;
}

bool is_open(const Size& size) { return size.at[0] == -1; }

std::string text(const Sizes& sizes) {
  mase::List list;
  for (const Size& n : sizes) list.push_back(n.at[0]);
  return mase::Value(list).json();
}

// `sizes` with a one inserted at `axis`.
Sizes with_one(Sizes sizes, size_t axis) {
  sizes.insert(sizes.begin() + static_cast<int64_t>(axis), Size(1));
  return sizes;
}

bool are_fixed(const Sizes& sizes) {
  return std::all_of(sizes.begin(), sizes.end(), [](const Size& n) { return n.fixed(); });
}

// Where a 1 goes into `a` to make it `b`.
std::optional<size_t> inserted_one(const Sizes& a, const Sizes& b) {
  if (b.size() != a.size() + 1) return std::nullopt;
  for (size_t i = 0; i < b.size(); ++i)
    if (b[i] == Size(1) && with_one(a, i) == b) return i;
  return std::nullopt;
}

// The axes first..last of `a` behind the batch that `b` has as one.
std::optional<std::pair<size_t, size_t>> flattened(const Sizes& a, const Sizes& b) {
  if (b.size() < 2 || b.size() >= a.size() || a[0] != b[0]) return std::nullopt;
  const size_t merged = a.size() - b.size() + 1;
  for (size_t first = 1; first < b.size(); ++first) {
    Sizes result(a.begin(), a.begin() + static_cast<int64_t>(first));
    Sizes middle(a.begin() + static_cast<int64_t>(first), a.begin() + static_cast<int64_t>(first + merged));
    result.emplace_back(product(middle, 0), product(middle, 1));
    result.insert(result.end(), a.begin() + static_cast<int64_t>(first + merged), a.end());
    if (result == b) return std::pair(first, first + merged - 1);
  }
  return std::nullopt;
}

int64_t wrapped(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

}  // namespace

// Fills in the -1. Where the file has one batch size only, the size that grows with it is found.
Sizes ImportBuilder::complete(const std::string& name, const Wire& x, Sizes sizes) const {
  const Sizes from = x.sizes();
  Size total(product(from, 0), product(from, 1));
  const auto open = std::find_if(sizes.begin(), sizes.end(), is_open);
  Sizes rest = sizes;
  if (open != sizes.end()) rest[static_cast<size_t>(open - sizes.begin())] = Size(1);
  const int64_t others = product(rest, 0);
  if (open == sizes.end() ? others != total.at[0] : others <= 0 ? total.at[0] != 0 : total.at[0] % others != 0)
    fail(name, mase::format("shape {} cannot become {}", text(from), text(sizes)));
  if (open != sizes.end()) open->at[0] = others ? total.at[0] / others : 0;
  const bool is_literal = literal_batch_ && std::all_of(sizes.begin(), sizes.end(), [](const Size& n) {
                            return is_open(n) || n.fixed() || n.at[1] == -1;
                          });
  if (is_literal && !total.fixed() && total.at[0]) {
    if (open != sizes.end()) open->at[1] = open->at[0];
    if (const auto axis = axis_of_batch(x, sizes, batch_[0])) {
      sizes[*axis].at[1] = sizes[*axis].at[0] / batch_[0] * batch_[1];
      return sizes;
    }
  } else if (open != sizes.end()) {
    const int64_t large = product(rest, 1);
    open->at[1] = large ? total.at[1] / large : 0;
  }
  if (product(sizes, 1) != total.at[1])
    throw OneBatchOnly{mase::format("node '{}' has shape {} for any batch", name, text(sizes))};
  return sizes;
}

std::optional<mase::Chosen> reshape_op(const Sizes& from, const Sizes& to) {
  if (const auto axis = inserted_one(from, to))
    return mase::Chosen("nn.unsqueeze", {{"dim", static_cast<int64_t>(*axis)}});
  if (const auto axis = inserted_one(to, from))
    return mase::Chosen("nn.squeeze", {{"dim", static_cast<int64_t>(*axis)}});
  if (const auto axes = flattened(from, to)) {
    const int64_t last = axes->second + 1 == from.size() ? -1 : static_cast<int64_t>(axes->second);
    return mase::Chosen("nn.flatten", {{"start_dim", static_cast<int64_t>(axes->first)}, {"end_dim", last}});
  }
  mase::Shape shape;  // that holds for any batch: the size that grows becomes -1
  for (const Size& n : to) shape.push_back(n.fixed() ? n.at[0] : -1);
  if (std::count(shape.begin(), shape.end(), -1) > 1) return std::nullopt;
  return mase::Chosen("nn.reshape", {{"shape", mase::Value(shape)}});
}

// Elements that stay where they are need no memory.
bool ImportBuilder::may_reshape(const Wire& x, const Sizes& to) {
  const at::Tensor& t = x.trace[1];
  if (t.numel() == 0 || at::detail::computeStride(t.sizes(), t.strides(), shape_at(to, 1))) return true;
  return has_room({x}, t.nbytes());
}

Wire ImportBuilder::reshape(const std::string& name, const Wire& x, Sizes sizes) {
  if (!x.usable()) return x;
  const Sizes from = x.sizes(), to = complete(name, x, std::move(sizes));
  if (from == to) return x;
  // Back to what it was.
  if (const auto before = x.live() ? reshaped_.find(x.from.node) : reshaped_.end();
      before != reshaped_.end() && before->second.sizes() == to)
    return before->second;
  if (x.known() && may_reshape(x, to)) {
    Wire result = x;
    for (size_t at = 0; at < 2; ++at) {
      const bool is_same = at && x.trace[0].is_same(x.trace[1]);
      result.trace[at] = is_same ? result.trace[0] : x.trace[at].reshape(shape_at(to, at));
      if (!result.trace[at].is_alias_of(x.trace[at])) hold(result.trace[at]);
    }
    return result;
  }
  const auto op = reshape_op(from, to);
  if (!op) throw OneBatchOnly{mase::format("node '{}': two axes of {} grow with the batch", name, text(to))};
  Wire result = apply(name, *op, {x}).front();
  result.keep_batch_step(x, batch_[0]);
  if (result.live() && (op->name() == "nn.reshape" || op->name() == "nn.flatten")) reshaped_[result.from.node] = x;
  return result;
}

Wire ImportBuilder::permute(const std::string& name, const Wire& x, std::vector<int64_t> order) {
  if (!x.usable()) return x;
  const int64_t rank = x.rank();
  std::vector<bool> seen(static_cast<size_t>(rank), false);
  bool is_order = static_cast<int64_t>(order.size()) == rank;
  for (int64_t& axis : order) {
    axis = wrapped(axis, rank);
    is_order = is_order && axis >= 0 && axis < rank && !seen[static_cast<size_t>(axis)];
    if (is_order) seen[static_cast<size_t>(axis)] = true;
  }
  if (!is_order) fail(name, mase::format("{} is no order of {} axes", mase::Value(order).json(), rank));
  std::vector<int64_t> moved;
  for (int64_t i = 0; i < rank; ++i)
    if (order[static_cast<size_t>(i)] != i) moved.push_back(i);
  if (moved.empty()) return x;
  Wire result = moved.size() == 2 ? call(name, "transpose", {x}, {{"dim0", moved[0]}, {"dim1", moved[1]}})
                                  : call(name, "permute", {x}, {{"dims", mase::Value(order)}});
  if (x.known()) result.key = x.key;  // a reordered weight is still that weight
  return result;
}

Wire ImportBuilder::transpose(const std::string& name, const Wire& x, int64_t first, int64_t second) {
  if (!x.usable()) return x;
  const int64_t rank = x.rank();
  first = wrapped(first, rank), second = wrapped(second, rank);
  if (rank == 0) return x;
  if (first < 0 || second < 0 || first >= rank || second >= rank)
    fail(name, mase::format("there are no axes {} and {} among {}", first, second, rank));
  std::vector<int64_t> order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[static_cast<size_t>(first)], order[static_cast<size_t>(second)]);
  return permute(name, x, order);
}

// `sizes` with its open entries filled in; `from` has as many axes. ONNX lets the input win over a 1; torch writes -1.
Sizes ImportBuilder::expanded(const std::string& name, const Sizes& from, Sizes sizes) const {
  const bool is_literal =
      literal_batch_ && std::all_of(sizes.begin(), sizes.end(), [](const Size& n) { return n.fixed(); });
  for (size_t i = 0; i < sizes.size(); ++i) {
    Size& n = sizes[i];
    if (is_open(n) || (n == Size(1)) || (is_literal && n.at[0] == from[i].at[0])) n = from[i];
    if (expands_to_batch_ && is_literal && i == 0 && from[i] == Size(1) && n.at[0] == batch_[0] && batch_[0] > 1)
      n = {batch_[0], batch_[1]};
    if (n != from[i] && from[i] != Size(1))
      fail(name, mase::format("shape {} cannot be expanded to {}", text(from), text(sizes)));
  }
  return sizes;
}

Wire ImportBuilder::expand(const std::string& name, const Wire& x, Sizes sizes) {
  if (!x.usable()) return x;
  Sizes from = x.sizes();
  const size_t rank = std::max(from.size(), sizes.size());
  sizes.insert(sizes.begin(), rank - sizes.size(), Size(1));
  from.insert(from.begin(), rank - from.size(), Size(1));
  sizes = expanded(name, from, std::move(sizes));
  if (sizes == x.sizes()) return x;
  if (x.known()) {
    Wire result = x;
    result.key.clear(), result.repeated.clear();
    if (rank == 3 && (x.rank() == 2 || (x.rank() == 3 && x.size(0) == Size(1))))
      result.repeated = x.key.empty() ? x.repeated : x.key;
    const bool is_fixed = x.trace[0].is_same(x.trace[1]) &&
                          std::all_of(sizes.begin(), sizes.end(), [](const Size& n) { return n.fixed(); });
    for (size_t at = 0; at < 2; ++at)
      result.trace[at] = at && is_fixed ? result.trace[0] : x.trace[at].expand(shape_at(sizes, at));
    return result;
  }
  mase::Shape shape;
  for (size_t i = 0; i < rank; ++i) {
    const bool keeps = sizes[i] == from[i] && i >= rank - static_cast<size_t>(x.rank());
    if (!keeps && !sizes[i].fixed() && (sizes[i] != Size(batch_[0], batch_[1]) || !like_))
      throw OneBatchOnly{mase::format("node '{}' expands to a multiple of the batch", name)};
    shape.push_back(keeps ? int64_t{-1} : sizes[i].fixed() ? sizes[i].at[0] : int64_t{0});
  }
  Wires inputs{x};
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) inputs.push_back(named_.at(like_->target));
  return call(name, "expand", inputs, {{"shape", mase::Value(shape)}});
}

// Axes of size one are repeated by expanding, which also follows the batch.
Wire ImportBuilder::repeat(const std::string& name, const Wire& x, Sizes times) {
  if (!x.usable()) return x;
  const size_t rank = std::max(times.size(), static_cast<size_t>(x.rank()));
  times.insert(times.begin(), rank - times.size(), Size(1));
  Sizes wide = x.sizes();
  wide.insert(wide.begin(), rank - wide.size(), Size(1));
  bool expands = true;
  Sizes to = wide;
  for (size_t i = 0; i < rank; ++i) {
    expands &= times[i] == Size(1) || wide[i] == Size(1);
    if (wide[i] == Size(1)) to[i] = times[i];
  }
  if (expands) return expand(name, reshape(name + "_axes", x, wide), to);
  constexpr int64_t kMostRepeated = 1 << 24;
  if (x.known() && x.trace[0].numel() <= kMostRepeated) {
    Wire result = x;
    for (size_t at = 0; at < 2; ++at) {
      int64_t count = std::max<int64_t>(x.trace[at].numel(), 1);
      for (const Size& n : times)
        if (n.at[at] < 0 || __builtin_mul_overflow(count, n.at[at], &count) || count > kMostRepeated)
          fail(name, "repeats a constant too often");
      make_room({x}, static_cast<uint64_t>(count) * x.trace[at].itemsize());
      result.trace[at] = x.trace[at].repeat(shape_at(times, at));
      hold(result.trace[at]);
    }
    if (!are_fixed(times)) return result;
  }
  if (std::all_of(times.begin() + 1, times.end(), [](const Size& n) { return n == Size(1); })) {
    if (expands_to_batch_ && literal_batch_ && times[0] == Size(batch_[0]) && batch_[0] > 1 && are_fixed(wide))
      times[0] = batch();
    if (any_batch_ && times[0] == batch() && wide[0].fixed()) {  // the whole, once for each sample
      Sizes each = with_one(wide, 0);
      const Wire whole = reshape(name + "_axes", x, each);
      each[0] = times[0];
      for (size_t at = 0; at < 2; ++at) wide[0].at[at] *= times[0].at[at];
      return reshape(name, expand(name + "_expand", whole, each), wide);
    }
  }
  for (const Size& n : times)
    if (!n.fixed()) throw OneBatchOnly{mase::format("node '{}' repeats as often as the batch is large", name)};
  return call(name, "repeat", {x}, {{"repeats", mase::Value(shape_at(times, 0))}});
}

Wire ImportBuilder::slice(const std::string& name, const Wire& x, int64_t axis, int64_t start, int64_t end,
                          int64_t step) {
  if (!x.usable()) return x;
  axis = wrapped(axis, x.rank());
  if (axis < 0 || axis >= x.rank()) fail(name, mase::format("there is no axis {} among {}", axis, x.rank()));
  const Size size = x.size(axis);
  const bool to_the_end = end >= std::max(size.at[0], size.at[1]);
  if (start < 0 && size.fixed()) start = std::max<int64_t>(start + size.at[0], 0);
  if (end < 0 && size.fixed()) end = std::max<int64_t>(end + size.at[0], 0);
  if (start == 0 && to_the_end && step == 1) return x;
  if (literal_batch_ && axis == 0 && start == 0 && step == 1 && end == batch_[0] && size == Size(batch_[0], batch_[1]))
    return x;
  mase::Map with{{"dim", axis}, {"start", start}, {"step", step}};
  if (!to_the_end) with.set("end", end);
  return call(name, "slice", {x}, with);
}

}  // namespace models
