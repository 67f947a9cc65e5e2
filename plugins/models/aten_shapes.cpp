// ATen: operators that move elements without computing.
#include <algorithm>
#include <numeric>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

AtenValues reshaped(AtenCall& c) {
  const Wire x = c.tensor("self");
  const char* const name = c.args.contains("shape") ? "shape" : "size";
  if (c.op == "view.dtype") c.refuse("reads the bytes of a tensor as another type");
  if (c.has("other")) return {c.builder.reshape(c.node, x, c.tensor("other").sizes())};
  return {c.builder.reshape(c.node, x, c.sizes(name))};
}

AtenValues flatten_axes(AtenCall& c) {
  const Wire x = c.tensor("self");
  const int64_t rank = x.rank(), first = c.axis("start_dim", rank), last = c.axis("end_dim", rank);
  if (rank == 0) return {c.builder.reshape(c.node, x, {Size(1)})};
  if (last < first) c.refuse("ends before it starts");
  Sizes to = x.sizes();
  Size middle(1);
  for (int64_t i = first; i <= last; ++i)
    for (size_t at = 0; at < 2; ++at) middle.at[at] *= x.size(i).at[at];
  to.erase(to.begin() + first, to.begin() + last + 1);
  to.insert(to.begin() + first, middle);
  return {c.builder.reshape(c.node, x, to)};
}

AtenValues unflattened(AtenCall& c) {
  const Wire x = c.tensor("self");
  const int64_t axis = c.axis("dim", x.rank());
  Sizes to = x.sizes(), parts = c.sizes("sizes");
  if (to.empty()) c.refuse("divides an axis of a scalar");
  to.erase(to.begin() + axis);
  to.insert(to.begin() + axis, parts.begin(), parts.end());
  return {c.builder.reshape(c.node, x, to)};
}

AtenValues squeezed(AtenCall& c) {
  const Wire x = c.tensor("self");
  std::vector<bool> goes(static_cast<size_t>(x.rank()), !c.has("dim"));
  if (c.has("dim") && x.rank() > 0)
    for (const int64_t dim : c.integers("dim")) {
      AtenCall part{c.builder, c.node, c.op, c.target, {{"dim", Size(dim)}}};
      goes[static_cast<size_t>(part.axis("dim", x.rank()))] = true;
    }
  Sizes to;
  for (int64_t i = 0; i < x.rank(); ++i)
    if (!goes[static_cast<size_t>(i)] || x.size(i) != Size(1)) to.push_back(x.size(i));
  return {c.builder.reshape(c.node, x, to)};
}

AtenValues unsqueezed(AtenCall& c) {
  const Wire x = c.tensor("self");
  Sizes to = x.sizes();
  to.insert(to.begin() + c.axis("dim", x.rank() + 1), Size(1));
  return {c.builder.reshape(c.node, x, to)};
}

AtenValues turned(AtenCall& c) {  // t, mT, numpy_T
  const Wire x = c.tensor("self");
  std::vector<int64_t> order(static_cast<size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  if (c.base() == "mT" || c.base() == "adjoint") {
    if (order.size() < 2) c.refuse("turns a tensor of fewer than two axes");
    std::swap(order[order.size() - 1], order[order.size() - 2]);
  } else {
    std::reverse(order.begin(), order.end());
  }
  return {c.builder.permute(c.node, x, order)};
}

AtenValues moved(AtenCall& c) {  // movedim: the axes `source` stand at `destination`
  const Wire x = c.tensor("self");
  const std::vector<int64_t> source = c.integers("source"), destination = c.integers("destination");
  if (source.size() != destination.size()) c.refuse("its lists of axes differ in length");
  std::vector<int64_t> order(static_cast<size_t>(x.rank()), -1), rest;
  std::vector<bool> taken(order.size());
  for (size_t i = 0; i < source.size(); ++i) {
    AtenCall part{c.builder, c.node, c.op, c.target, {{"from", Size(source[i])}, {"to", Size(destination[i])}}};
    const auto from = static_cast<size_t>(part.axis("from", x.rank())),
               to = static_cast<size_t>(part.axis("to", x.rank()));
    if (from >= order.size() || to >= order.size()) c.refuse("moves axes of a scalar");
    order[to] = static_cast<int64_t>(from), taken[from] = true;
  }
  size_t next = 0;
  for (int64_t& axis : order) {
    if (axis >= 0) continue;
    while (next < taken.size() && taken[next]) ++next;
    axis = static_cast<int64_t>(next++);
  }
  return {c.builder.permute(c.node, x, order)};
}

// What decompositions write after a pool of whole images: the same shape, with the strides of another memory format.
AtenValues strided(AtenCall& c) {
  const Wire x = c.tensor("self");
  const Sizes sizes = c.sizes("size"), strides = c.sizes("stride");
  const bool is_mean = x.live() && (x.from.node->mase_op == "mean" || x.from.node->mase_op == "adaptive_avg_pool2d");
  bool is_same = is_mean && strides.size() == sizes.size() && sizes.size() == static_cast<size_t>(x.rank()) &&
                 (!c.has("storage_offset") || c.integer("storage_offset") == 0);
  int64_t step = 1;
  for (size_t i = 0; is_same && i < sizes.size(); ++i)
    is_same = sizes[i].at[0] == x.size(static_cast<int64_t>(i)).at[0];
  for (size_t i = sizes.size(); is_same && i-- > 0;) {
    is_same = sizes[i] == Size(1) || strides[i].at[0] == step;
    step *= sizes[i].at[0];
  }
  if (!is_same) return {c.builder.unknown(c.node, "aten." + c.op, 1, "it looks at how tensors lie in memory")[0]};
  return {x};
}

AtenValues expanded(AtenCall& c) {
  const Wire x = c.tensor("self");
  return {c.builder.expand(c.node, x, c.has("other") ? c.tensor("other").sizes() : c.sizes("size"))};
}

AtenValues repeat_axes(AtenCall& c) {
  return {c.builder.repeat(c.node, c.tensor("self"), c.sizes(c.args.contains("repeats") ? "repeats" : "dims"))};
}

AtenValues join(AtenCall& c) {
  Wires parts = c.tensors("tensors");
  if (parts.empty()) c.refuse("joins nothing");
  // What torch once allowed: empty vectors among the parts.
  if (c.base() != "stack")
    std::erase_if(parts, [&](const Wire& w) { return parts.size() > 1 && w.rank() == 1 && w.size(0) == Size(0); });
  if (c.base() != "stack" && parts.size() == 1) return {parts[0]};
  if (c.base() == "stack") return {c.emit("stack", parts, {{"dim", c.axis("dim", parts[0].rank() + 1)}})};
  return {c.builder.cat(c.node, parts, c.axis("dim", parts[0].rank()))};
}

// hstack, dstack and column_stack: cat behind axes that vectors get.
AtenHandler stacked(int64_t rank, int64_t axis) {
  return [rank, axis](AtenCall& c) -> AtenValues {
    Wires parts = c.tensors("tensors");
    if (parts.empty()) c.refuse("joins nothing");
    for (size_t i = 0; i < parts.size(); ++i) {
      Sizes sizes = parts[i].sizes();
      const bool is_vector = sizes.size() == 1 && rank == 3;
      if (is_vector) sizes.insert(sizes.begin(), Size(1));
      sizes.insert(sizes.end(), std::max<size_t>(sizes.size(), static_cast<size_t>(rank)) - sizes.size(), Size(1));
      parts[i] = c.builder.reshape(mase::format("{}_{}", c.node, i), parts[i], sizes);
    }
    if (parts.size() == 1) return {parts[0]};
    return {c.emit("cat", parts, {{"dim", parts[0].rank() == 1 ? int64_t{0} : axis}})};
  };
}

// Each element `repeats` times in a row.
AtenValues interleaved(AtenCall& c) {
  Wire x = c.tensor("self");
  if (c.op != "repeat_interleave.self_int") c.refuse("repeats as often as a tensor says");
  const int64_t repeats = c.integer("repeats");
  if (!c.has("dim")) x = c.builder.reshape(c.node + "_flat", x, {Size(-1)});
  const int64_t axis = c.has("dim") ? c.axis("dim", x.rank()) : 0;
  if (x.rank() == 0 || repeats < 1) c.refuse(mase::format("repeats {} times", repeats));
  Sizes wide = x.sizes(), to = x.sizes();
  wide.insert(wide.begin() + axis + 1, Size(1));
  const Wire parts = c.builder.reshape(c.node + "_parts", x, wide);
  wide[static_cast<size_t>(axis) + 1] = Size(repeats);
  for (int64_t& n : to[static_cast<size_t>(axis)].at) n *= repeats;
  return {c.builder.reshape(c.node, c.builder.expand(c.node + "_expand", parts, wide), to)};
}

// Tensors for the axes of a grid.
AtenValues grid(AtenCall& c) {
  Wires lines = c.tensors("tensors");
  const bool swaps = c.has("indexing") && c.text("indexing") == "xy" && lines.size() > 1;
  if (swaps) std::swap(lines[0], lines[1]);
  Sizes sizes;
  for (const Wire& line : lines) {
    if (line.rank() > 1) c.refuse("expected vectors");
    sizes.push_back(line.rank() ? line.size(0) : Size(1));
  }
  std::vector<int64_t> order(lines.size());
  std::iota(order.begin(), order.end(), 0);
  if (swaps) std::swap(order[0], order[1]);
  AtenValue::List grids;
  for (size_t i = 0; i < lines.size(); ++i) {
    Sizes along(lines.size(), Size(1));
    along[i] = sizes[i];
    const std::string name = mase::format("{}_{}", c.node, i);
    const Wire line = c.builder.reshape(name + "_line", lines[i], along);
    grids.emplace_back(c.builder.permute(name, c.builder.expand(name + "_expand", line, sizes), order));
  }
  if (swaps) std::swap(grids[0], grids[1]);
  return {grids};
}

AtenValue listed(const Wires& wires) {
  AtenValue::List list;
  for (const Wire& wire : wires) list.emplace_back(wire);
  return list;
}

AtenValues split_into(AtenCall& c, const Wire& x, int64_t axis, const std::vector<int64_t>& sizes) {
  if (sizes.size() == 1) return {listed({x})};
  return {
      listed(c.builder.apply(c.node, mase::Chosen("nn.split", {{"sizes", mase::Value(sizes)}, {"dim", axis}}), {x}))};
}

// Sizes of equal parts; the last one may be smaller.
AtenValues split_evenly(AtenCall& c, const Wire& x, int64_t axis, int64_t part) {
  const Size size = x.size(axis);
  if (!size.fixed()) throw OneBatchOnly{mase::format("node '{}' splits the batch", c.node)};
  if (part < 1 || size.at[0] / part > 4096)
    c.refuse(mase::format("splits {} elements into parts of {}", size.at[0], part));
  std::vector<int64_t> sizes;
  for (int64_t rest = size.at[0]; rest > 0; rest -= part) sizes.push_back(std::min(rest, part));
  return split_into(c, x, axis, sizes);
}

AtenValues split(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("splits a scalar");
  const int64_t axis = c.axis("dim", x.rank());
  if (c.args.contains("split_sizes")) return split_into(c, x, axis, c.integers("split_sizes"));
  if (c.arg("split_size").get<AtenValue::List>()) return split_into(c, x, axis, c.integers("split_size"));
  return split_evenly(c, x, axis, c.integer("split_size"));
}

// Parts that differ by one element at most, or that end at places.
AtenValues split_at(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("splits a scalar");
  const int64_t axis = c.axis("dim", x.rank());
  if (!x.size(axis).fixed()) throw OneBatchOnly{mase::format("node '{}' splits the batch", c.node)};
  const int64_t size = x.size(axis).at[0];
  std::vector<int64_t> ends;
  if (c.args.contains("indices")) {
    ends = c.integers("indices");
  } else {
    const int64_t count = c.integer("sections");
    if (count < 1 || count > 4096) c.refuse(mase::format("splits into {} parts", count));
    for (int64_t i = 1; i < count; ++i) ends.push_back(i * (size / count) + std::min(i, size % count));
  }
  ends.push_back(size);
  std::vector<int64_t> sizes;
  for (int64_t start = 0; const int64_t end : ends) {
    if (end <= start || end > size) c.refuse("splits into parts without elements");
    sizes.push_back(end - start);
    start = end;
  }
  return split_into(c, x, axis, sizes);
}

AtenValues chunk(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("splits a scalar");
  const int64_t axis = c.axis("dim", x.rank()), count = c.integer("chunks");
  if (count < 1) c.refuse(mase::format("splits into {} parts", count));
  const int64_t size = x.size(axis).at[0];
  return split_evenly(c, x, axis, std::max<int64_t>(size / count + (size % count != 0), 1));
}

AtenValues unbound(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("splits a scalar");
  const int64_t axis = c.axis("dim", x.rank());
  if (!x.size(axis).fixed()) throw OneBatchOnly{mase::format("node '{}' splits the batch", c.node)};
  if (x.size(axis).at[0] > 4096) c.refuse(mase::format("splits into {} parts", x.size(axis).at[0]));
  Wires parts;
  for (int64_t i = 0; i < x.size(axis).at[0]; ++i)
    parts.push_back(c.builder.call(mase::format("{}_{}", c.node, i), "select", {x}, {{"dim", axis}, {"index", i}}));
  return {listed(parts)};
}

// Shifts of one axis add up, and the order of axes does not matter.
AtenValues rolled(AtenCall& c) {
  const Wire x = c.tensor("self");
  const std::vector<int64_t> places = c.integers("shifts"), dims = c.integers("dims");
  Shifts shifts;
  for (size_t i = 0; i < dims.size() && dims.size() == places.size(); ++i)
    if (x.usable() && dims[i] >= -x.rank() && dims[i] < x.rank())
      shifts[dims[i] < 0 ? dims[i] + x.rank() : dims[i]] += places[i] % std::max<int64_t>(x.size(dims[i]).at[0], 1);
  if (const auto op = dims.empty() || shifts.size() < dims.size() ? std::nullopt : roll_op(shifts, x.sizes()))
    return {op->with().at("dims").as_list().empty() ? x : c.builder.apply(c.node, *op, {x}).front()};
  return {c.emit("roll", {c.tensor("self")},
                 {{"shifts", mase::Value(c.integers("shifts"))}, {"dims", mase::Value(c.integers("dims"))}})};
}

// What only moves elements to other places.
void add_places(AtenTable& t) {
  t["pixel_shuffle"] = [](AtenCall& c) -> AtenValues {
    return {c.emit("pixel_shuffle", {c.tensor("self")}, {{"upscale_factor", c.integer("upscale_factor")}})};
  };
  t["pixel_unshuffle"] = [](AtenCall& c) -> AtenValues {
    return {c.emit("pixel_unshuffle", {c.tensor("self")}, {{"downscale_factor", c.integer("downscale_factor")}})};
  };
  t["channel_shuffle"] = t["native_channel_shuffle"] = [](AtenCall& c) -> AtenValues {
    return {c.emit("channel_shuffle", {c.tensor("self")}, {{"groups", c.integer("groups")}})};
  };
  t["flip"] = [](AtenCall& c) -> AtenValues {
    return {c.emit("flip", {c.tensor("self")}, {{"dims", mase::Value(c.integers("dims"))}})};
  };
  for (const int64_t axis : {0, 1})
    t[axis ? "fliplr" : "flipud"] = [axis](AtenCall& c) -> AtenValues {
      return {c.emit("flip", {c.tensor("self")}, {{"dims", mase::List{axis}}})};
    };
  t["roll"] = rolled;
}

}  // namespace

void add_aten_shapes(AtenTable& t) {
  t["view"] = t["_unsafe_view"] = t["reshape"] = t["view_as"] = t["reshape_as"] = t["_reshape_alias"] = reshaped;
  t["flatten"] = flatten_axes, t["unflatten"] = unflattened, t["squeeze"] = squeezed, t["unsqueeze"] = unsqueezed;
  t["permute"] = [](AtenCall& c) -> AtenValues {
    return {c.builder.permute(c.node, c.tensor("self"), c.integers("dims"))};
  };
  t["transpose"] = t["swapaxes"] = t["swapdims"] = [](AtenCall& c) -> AtenValues {
    const char* const first = c.args.contains("dim0") ? "dim0" : "axis0";
    const char* const second = c.args.contains("dim1") ? "dim1" : "axis1";
    return {c.builder.transpose(c.node, c.tensor("self"), c.integer(first), c.integer(second))};
  };
  t["t"] = t["numpy_T"] = t["mT"] = t["adjoint"] = turned, t["movedim"] = t["moveaxis"] = moved;
  t["expand"] = t["expand_as"] = t["broadcast_to"] = expanded, t["repeat"] = t["tile"] = repeat_axes;
  t["as_strided"] = strided;
  t["cat"] = t["concat"] = t["concatenate"] = t["stack"] = join;
  t["split"] = t["split_with_sizes"] = t["split_copy"] = t["split_with_sizes_copy"] = split;
  t["unsafe_split"] = t["unsafe_split_with_sizes"] = split, t["unsafe_chunk"] = chunk, t["unbind_copy"] = unbound;
  t["chunk"] = chunk, t["unbind"] = unbound, t["tensor_split"] = split_at;
  t["hstack"] = stacked(1, 1), t["dstack"] = stacked(3, 2), t["column_stack"] = stacked(2, 1);
  t["repeat_interleave"] = interleaved, t["meshgrid"] = grid;
  add_places(t);
}

}  // namespace models
