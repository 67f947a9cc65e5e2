// ONNX's operators that move elements without computing. A constant's format goes with them.
#include <algorithm>
#include <numeric>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

// Where the axis of a constant's scales is in its new shape; Unsupported where it is split or merged.
std::optional<int64_t> moved_axis(const Sizes& from, const Sizes& to, std::optional<int64_t> axis) {
  if (!axis) return axis;
  int64_t before = 1, seen = 1;
  for (int64_t i = 0; i < *axis; ++i) before *= from[static_cast<size_t>(i)].at[0];
  for (size_t i = 0; i < to.size(); ++i) {
    if (seen == before && to[i] == from[static_cast<size_t>(*axis)]) return static_cast<int64_t>(i);
    seen *= to[i].at[0];
  }
  throw Unsupported{"it merges or splits the axis of a constant's scales"};
}

// The result with what the input carried beside its values.
Value carried(const Value& x, Wire wire) {
  Value result = x;
  const bool is_same_rank = wire.usable() && x.wire.usable();
  if (is_same_rank && result.quantized)
    result.quantized->axis = moved_axis(x.wire.sizes(), wire.sizes(), result.quantized->axis);
  if (wire.known() && wire.key.empty()) wire.key = x.wire.key;  // a reordered weight is still that weight
  result.wire = std::move(wire);
  return result;
}

Values same(const Node& n) { return {n.value(0)}; }

Value reshaped(const Node& n, Sizes sizes) {
  const Value& x = n.value(0);
  return carried(x, n.build().reshape(n.name(), x.wire, std::move(sizes)));
}

Values reshape(const Node& n) {
  const Wire& x = n.value(0).wire;
  Sizes sizes;
  if (n.has(1)) {
    sizes = n.sizes(1, "shape");
  } else if (const auto given = n.integers("shape")) {
    sizes.assign(given->begin(), given->end());
  } else {
    throw Unsupported{"it has no shape"};
  }
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] == Size(0) && !n.integer("allowzero", 0)) {
      if (static_cast<int64_t>(i) >= x.rank())
        throw mase::Error(mase::format("its shape keeps axis {}, but the input has {}", i, x.rank()));
      sizes[i] = x.size(static_cast<int64_t>(i));
    }
  return {reshaped(n, std::move(sizes))};
}

Values flatten(const Node& n) {
  const Sizes from = n.value(0).wire.sizes();
  const auto rank = static_cast<int64_t>(from.size());
  int64_t axis = n.integer("axis", 1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) throw mase::Error(mase::format("there is no axis {} among {}", axis, rank));
  Sizes to{Size(1), Size(1)};
  for (int64_t i = 0; i < rank; ++i)
    for (size_t at = 0; at < 2; ++at) to[i < axis ? 0 : 1].at[at] *= from[static_cast<size_t>(i)].at[at];
  return {reshaped(n, std::move(to))};
}

Values squeeze(const Node& n) {
  const Sizes from = n.value(0).wire.sizes();
  const auto rank = static_cast<int64_t>(from.size());
  std::vector<bool> goes(from.size(), false);
  if (auto axes = n.integers("axes", 1)) {
    for (const int64_t axis : *axes) {
      const auto at = static_cast<size_t>(n.axis(axis, rank));
      if (from[at] != Size(1)) throw mase::Error(mase::format("axis {} is of size {}", axis, from[at].at[0]));
      goes[at] = true;
    }
  } else {
    for (size_t i = 0; i < from.size(); ++i) goes[i] = from[i] == Size(1);
  }
  Sizes to;
  for (size_t i = 0; i < from.size(); ++i)
    if (!goes[i]) to.push_back(from[i]);
  return {reshaped(n, std::move(to))};
}

Values unsqueeze(const Node& n) {
  const Sizes from = n.value(0).wire.sizes();
  const auto axes = n.integers("axes", 1);
  if (!axes) throw Unsupported{"it has no axes"};
  const auto rank = static_cast<int64_t>(from.size() + axes->size());
  std::vector<bool> is_new(static_cast<size_t>(rank), false);
  for (const int64_t axis : *axes) {
    const auto at = static_cast<size_t>(n.axis(axis, rank));
    if (is_new[at]) throw mase::Error(mase::format("axis {} is named twice", axis));
    is_new[at] = true;
  }
  Sizes to;
  size_t next = 0;
  for (size_t i = 0; i < is_new.size(); ++i) to.push_back(is_new[i] ? Size(1) : from[next++]);
  return {reshaped(n, std::move(to))};
}

Values transpose(const Node& n) {
  const Value& x = n.value(0);
  std::vector<int64_t> order(static_cast<size_t>(x.wire.rank()));
  std::iota(order.rbegin(), order.rend(), 0);
  if (auto given = n.integers("perm")) order = *given;
  Value result = x;
  result.wire = n.build().permute(n.name(), x.wire, order);
  if (result.wire.known()) result.wire.key = x.wire.key;
  if (result.quantized && result.quantized->axis)
    result.quantized->axis = std::find(order.begin(), order.end(), *result.quantized->axis) - order.begin();
  return {result};
}

Values expand(const Node& n) { return {n.build().expand(n.name(), n.in(0), n.sizes(1, "shape"))}; }

Values tile(const Node& n) {
  const Wire x = n.in(0);
  const Sizes repeats = n.sizes(1, "repeats");
  if (static_cast<int64_t>(repeats.size()) != x.rank())
    throw mase::Error(mase::format("{} repeats for {} axes", repeats.size(), x.rank()));
  if (std::all_of(repeats.begin(), repeats.end(), [](const Size& r) { return r == Size(1); })) return {x};
  return {n.build().repeat(n.name(), x, repeats)};
}

Values concat(const Node& n) {
  Wires inputs;
  for (int i = 0; i < n.inputs(); ++i) inputs.push_back(n.in(i));
  if (inputs.empty()) throw mase::Error("it has no inputs");
  const int64_t axis = n.axis(n.integer("axis", 1), inputs[0].rank());
  return {n.build().cat(n.name(), inputs, axis)};
}

Values split(const Node& n) {
  const Wire x = n.in(0);
  const int64_t axis = n.axis(n.integer("axis", 0), x.rank());
  const Size size = x.size(axis);
  if (!size.fixed()) throw OneBatchOnly{mase::format("node '{}' splits the batch", n.name())};
  auto sizes = n.integers("split", 1);
  if (!sizes) {
    const int64_t parts = n.integer("num_outputs", n.message().output_size());
    if (parts < 1 || parts > n.message().output_size() + 1024)
      throw mase::Error(mase::format("it has {} parts", parts));
    const int64_t each = (size.at[0] + parts - 1) / parts;
    sizes.emplace(static_cast<size_t>(parts), each);
    sizes->back() = size.at[0] - each * (parts - 1);
  }
  if (sizes->size() == 1) return {x};
  const Wires results =
      n.build().apply(n.name(), mase::Chosen("nn.split", {{"sizes", mase::Value(*sizes)}, {"dim", axis}}), {x});
  Values values;
  for (size_t i = 0; i < sizes->size(); ++i) values.emplace_back(result_of(results, i));
  return values;
}

}  // namespace

bool moves_only(const std::string& op) {
  for (const char* name : {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity", "Dropout"})
    if (op == name) return true;
  return false;
}

void add_moves(Table& t) {
  t["Reshape"] = reshape, t["Flatten"] = flatten, t["Squeeze"] = squeeze, t["Unsqueeze"] = unsqueeze;
  t["Transpose"] = transpose, t["Expand"] = expand, t["Tile"] = tile, t["Concat"] = concat, t["Split"] = split;
  t["Identity"] = same;
  t["Dropout"] = [](const Node& n) -> Values {
    if (n.has(2) && n.number(2, "training mode") != 0) throw Unsupported{"it is in training mode"};
    return {n.value(0)};
  };
}

}  // namespace models::onnx
