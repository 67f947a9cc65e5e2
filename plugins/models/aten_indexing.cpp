// ATen: parts of tensors, and elements at indices.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/nonzero.h>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

// A limit of a slice as it holds for any batch: what reaches the end is no limit.
int64_t slice_end(const AtenCall& c, const std::string& name, const Size& size) {
  if (!c.has(name)) return INT64_MAX;
  const Size end = c.size(name);
  if (end.at[0] >= size.at[0] && end.at[1] >= size.at[1]) return INT64_MAX;
  if (!end.fixed()) throw OneBatchOnly{mase::format("node '{}' ends where the batch says", c.node)};
  return end.at[0];
}

AtenValues slice(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("takes a part of a scalar");
  const int64_t axis = c.axis("dim", x.rank());
  const int64_t start = c.has("start") ? c.integer("start") : 0;
  return {c.builder.slice(c.node, x, axis, start, slice_end(c, "end", x.size(axis)), c.integer("step"))};
}

AtenValues select(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("takes a part of a scalar");
  return {c.emit("select", {x}, {{"dim", c.axis("dim", x.rank())}, {"index", c.integer("index")}})};
}

AtenValues narrow(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("takes a part of a scalar");
  const int64_t axis = c.axis("dim", x.rank());
  int64_t start = c.integer("start");
  const Size length = c.size("length"), size = x.size(axis);
  if (start < 0) start += size.at[0];
  if (length.at[0] < 0 || start < 0 || start > size.at[0] - length.at[0]) c.refuse("takes a part beyond the end");
  c.args["end"] = Size(start + length.at[0], start + length.at[1]);
  return {c.builder.slice(c.node, x, axis, start, slice_end(c, "end", size), 1)};
}

AtenValues index(AtenCall& c) {
  const Wire x = c.tensor("self");
  const auto* list = c.arg("indices").get<AtenValue::List>();
  if (!list) c.refuse("its indices are no list");
  std::vector<std::optional<Wire>> indices;
  for (const AtenValue& item : *list) {
    if (item.is_none()) {
      indices.emplace_back();
      continue;
    }
    const auto* wire = item.get<Wire>();
    if (!wire) c.refuse("one of its indices is no tensor");
    if (const bool is_mask = wire->dtype() == at::kBool || wire->dtype() == at::kByte;
        is_mask && wire->known() && wire->rank() > 0 && wire->trace[0].is_same(wire->trace[1])) {
      // The places of a constant mask are constants, too: one list of them for each of its axes.
      const at::Tensor places = wire->trace[0].nonzero();
      for (int64_t axis = 0; axis < wire->rank(); ++axis)
        indices.emplace_back(ImportBuilder::known(places.select(1, axis).contiguous()));
      continue;
    } else if (is_mask)
      c.refuse("picks elements by a mask, so that the result's shape depends on values");
    indices.emplace_back(*wire);
  }
  return {c.builder.index(c.node, x, indices)};
}

// A copy of `self` in which `src` stands where slice or select look: decompositions assign to parts of tensors so.
AtenHandler scattered(AtenHandler part) {
  return [part = std::move(part)](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self"), source = c.tensor("src");
    if (!x.known() || !source.known())
      return {c.builder.unknown(c.node, "aten." + c.op, 1, "it assigns to a part of a tensor that is computed")[0]};
    Wire flat = x, places = x;
    for (size_t at = 0; at < 2; ++at) {
      const bool is_same = at && x.trace[0].is_same(x.trace[1]);
      flat.trace[at] = is_same ? flat.trace[0] : x.trace[at].reshape({-1});
      places.trace[at] = is_same ? places.trace[0] : at::arange(x.trace[at].numel()).view(x.trace[at].sizes());
    }
    AtenCall inner = c;
    inner.args["self"] = places;
    const AtenValues results = part(inner);
    const Wire after = c.builder.assigned(flat, {*results.at(0).get<Wire>()}, source);
    return {c.builder.reshape(c.node, after, x.sizes())};
  };
}

AtenValues gather(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (c.base() == "gather") return {c.emit("gather", {x, c.tensor("index")}, {{"dim", c.integer("dim")}})};
  // take_along_dim: the other axes broadcast.
  const Wire at = c.tensor("indices");
  if (!c.has("dim")) c.refuse("its argument 'dim' is missing");
  const int64_t axis = c.axis("dim", x.rank());
  Sizes to = x.sizes();
  if (at.rank() != x.rank()) c.refuse("its indices have another number of axes than the input");
  to[static_cast<size_t>(axis)] = at.size(axis);
  return {c.emit("gather", {x, c.builder.expand(c.node + "_indices", at, to)}, {{"dim", axis}})};
}

// Windows along an axis, whose elements become a new last axis.
AtenValues windows(AtenCall& c) {
  const Wire x = c.tensor("self");
  if (x.rank() == 0) c.refuse("takes windows of a scalar");
  const int64_t axis = c.axis("dimension", x.rank()), size = c.integer("size"), step = c.integer("step");
  const Size whole = x.size(axis);
  if (!whole.fixed()) throw OneBatchOnly{mase::format("node '{}' takes windows along the batch", c.node)};
  if (size < 1 || step < 1 || size > whole.at[0])
    c.refuse(mase::format("takes windows of {} out of {}", size, whole.at[0]));
  const at::Tensor starts = at::arange(0, whole.at[0] - size + 1, step),
                   places = starts.unsqueeze(1) + at::arange(size);
  const Wire picked = c.builder.index_select(c.node + "_windows", x, axis, ImportBuilder::known(places));
  std::vector<int64_t> order;
  for (int64_t i = 0; i <= x.rank(); ++i)
    if (i != axis + 1) order.push_back(i);
  order.push_back(axis + 1);
  return {c.builder.permute(c.node, picked, order)};
}

// Blocks of an image as columns: [n, c, h, w] to [n, c * kernel, blocks].
AtenValues image_to_columns(AtenCall& c) {
  Wire x = c.tensor("self");
  if (x.rank() != 4 || !x.size(2).fixed() || !x.size(3).fixed()) c.refuse("expected an input [batch, channels, h, w]");
  const auto both = [&](const char* name) {
    std::vector<int64_t> values = c.integers(name);
    if (values.size() == 1) values.push_back(values[0]);
    if (values.size() != 2 || values[0] < 0 || values[1] < 0) c.refuse(mase::format("has an odd '{}'", name));
    return values;
  };
  const auto kernel = both("kernel_size"), dilation = both("dilation"), padding = both("padding"),
             stride = both("stride");
  if (padding[0] || padding[1])
    x = c.builder.call(c.node + "_pad", "pad", {x},
                       {{"pad", mase::List{padding[1], padding[1], padding[0], padding[0]}}});
  Sizes sizes{x.size(0), Size(-1), Size(1)};
  sizes[1] = Size(x.size(1).at[0] * kernel[0] * kernel[1]);
  for (const size_t i : {size_t{0}, size_t{1}}) {
    const int64_t axis = i == 0 ? 2 : 4, size = x.size(axis).at[0], reach = dilation[i] * (kernel[i] - 1);
    if (kernel[i] < 1 || stride[i] < 1 || reach >= size) c.refuse("has blocks larger than the image");
    const at::Tensor starts = at::arange(0, size - reach, stride[i]);
    const at::Tensor places = (at::arange(kernel[i]) * dilation[i]).unsqueeze(1) + starts;
    sizes[2] = Size(sizes[2].at[0] * starts.size(0));
    x = c.builder.index_select(mase::format("{}_{}", c.node, axis), x, axis, ImportBuilder::known(places));
  }
  return {c.builder.reshape(c.node, c.builder.permute(c.node + "_blocks", x, {0, 1, 2, 4, 3, 5}), sizes)};
}

}  // namespace

void add_aten_indexing(AtenTable& t) {
  t["slice"] = t["slice_copy"] = slice, t["narrow"] = t["narrow_copy"] = narrow;
  t["index"] = t["_unsafe_index"] = index, t["gather"] = t["take_along_dim"] = gather;
  t["select"] = t["select_copy"] = select;
  t["slice_scatter"] = scattered(slice), t["select_scatter"] = scattered(select);
  t["unfold"] = windows, t["im2col"] = image_to_columns;
  t["index_select"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {c.builder.index_select(c.node, x, c.axis("dim", x.rank()), c.tensor("index"))};
  };
  t["embedding"] = [](AtenCall& c) -> AtenValues {
    const Wire weight = c.tensor("weight"), indices = c.tensor("indices");
    if (weight.rank() != 2) c.refuse("expected a weight [rows, features]");
    mase::Map with;
    if (c.integer("padding_idx") >= 0) with.set("padding_idx", c.integer("padding_idx"));
    return {c.builder.embedding(c.node, weight, indices, with, c.target)};
  };
}

}  // namespace models
