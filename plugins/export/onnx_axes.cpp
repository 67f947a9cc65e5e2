// Operators along an axis in ONNX: parts and choices.

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

Names cat(OnnxEmit& e) {
  Names parts;
  for (size_t i = 0; i < e.inputs.size(); ++i) parts.push_back(e.in(i, e.result_dtype()));
  return {e.add("Concat", parts, {{"axis", e.axis("dim", e.rank(0))}})};
}

Names stack(OnnxEmit& e) {
  const int64_t axis = e.axis("dim", e.rank(0) + 1);
  Names parts;
  for (size_t i = 0; i < e.inputs.size(); ++i)
    parts.push_back(e.add("Unsqueeze", {e.in(i, e.result_dtype()), e.integers({axis})}));
  return {e.add("Concat", parts, {{"axis", axis}})};
}

std::string slice_of(OnnxEmit& e, int64_t axis, int64_t start, int64_t end, int64_t step) {
  return e.add("Slice", {e.in(0), e.integers({start}), e.integers({end}), e.integers({axis}), e.integers({step})});
}

Names slice(OnnxEmit& e) {
  const int64_t end = e.is_null("end") ? INT64_MAX : e.integer("end");
  return {slice_of(e, e.axis("dim", e.rank(0)), e.integer("start"), end, e.integer("step"))};
}

Names parts_of(OnnxEmit& e, const std::vector<int64_t>& sizes, int64_t axis) {
  return e.out.add_all(e.node.name, "Split", {e.in(0), e.integers(sizes)}, {{"axis", axis}}, sizes.size());
}

Names split(OnnxEmit& e) { return parts_of(e, e.list("sizes"), e.axis("dim", e.rank(0))); }

Names chunk(OnnxEmit& e) {
  const int64_t axis = e.axis("dim", e.rank(0)), size = e.shape(0).at(static_cast<size_t>(axis));
  const int64_t step = (size + e.integer("chunks") - 1) / e.integer("chunks");
  std::vector<int64_t> sizes;
  for (int64_t at = 0; at < size; at += step) sizes.push_back(std::min(step, size - at));
  return parts_of(e, sizes, axis);
}

Names select(OnnxEmit& e) {
  return {e.add("Gather", {e.in(0), e.out.number(e.node.name, static_cast<double>(e.integer("index")), "int64")},
                {{"axis", e.axis("dim", e.rank(0))}})};
}

Names index_select(OnnxEmit& e) {
  return {e.add("Gather", {e.in(0), e.in(1, "int64")}, {{"axis", e.axis("dim", e.rank(0))}})};
}

Names gather(OnnxEmit& e) {
  return {e.add("GatherElements", {e.in(0), e.in(1, "int64")}, {{"axis", e.axis("dim", e.rank(0))}})};
}

// Indices of the first axes, one for each, together: GatherND over their broadcast.
Names index(OnnxEmit& e) {
  const std::vector<int64_t> axes = e.list("axes");
  const int64_t shared = e.integer("batch_dims");
  const bool is_one = axes.size() == 1 && shared == 0;
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] != static_cast<int64_t>(i) + shared && !is_one)
      throw NoCounterpart{"its indices are not those of the first axes in order"};
  if (is_one) {
    const int64_t axis = axes[0] < 0 ? axes[0] + e.rank(0) : axes[0];
    return {e.add("Gather", {e.in(0), e.in(1, "int64")}, {{"axis", axis}})};
  }
  Names all = {e.in(1, "int64")};
  for (size_t i = 2; i < e.inputs.size(); ++i) all.push_back(e.in(i, "int64"));
  // Adding zero times the others gives each index the shape of all.
  Names columns;
  for (size_t i = 0; i < all.size(); ++i) {
    std::string column = all[i];
    for (size_t k = 0; k < all.size(); ++k)
      if (k != i) column = e.add("Add", {column, e.add("Mul", {all[k], e.out.number(e.node.name, 0, "int64")})});
    columns.push_back(e.add("Unsqueeze", {column, e.integers({-1})}));
  }
  return {e.add("GatherND", {e.in(0), e.add("Concat", columns, {{"axis", -1}})}, {{"batch_dims", shared}})};
}

Names cumsum(OnnxEmit& e) {
  const auto axis = static_cast<double>(e.axis("dim", e.rank(0)));
  return {e.add("CumSum", {e.in(0, e.result_dtype()), e.out.number(e.node.name, axis, "int64")})};
}

Names triangle(OnnxEmit& e) {
  const std::string diagonal = e.out.number(e.node.name, static_cast<double>(e.integer("diagonal")), "int64");
  return {e.add("Trilu", {e.in(0), diagonal}, {{"upper", e.node.mase_op == "triu"}})};
}

Names roll(OnnxEmit& e) {
  const std::vector<int64_t> shifts = e.list("shifts"), dims = e.list("dims");
  if (dims.size() != shifts.size()) throw NoCounterpart{"it shifts the elements in order, across axes"};
  std::string x = e.in(0);
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t axis = dims[i] < 0 ? dims[i] + e.rank(0) : dims[i], size = e.shape(0).at(static_cast<size_t>(axis));
    if (axis == 0) throw NoCounterpart{"it shifts samples of a batch"};
    const int64_t from = size > 0 ? ((-shifts[i] % size) + size) % size : 0;
    const auto part = [&](int64_t start, int64_t end) {
      return e.add("Slice", {x, e.integers({start}), e.integers({end}), e.integers({axis})});
    };
    if (from != 0) x = e.add("Concat", {part(from, size), part(0, from)}, {{"axis", axis}});
  }
  return {x};
}

Names one_hot(OnnxEmit& e) {
  const std::string depth = e.out.number(e.node.name, static_cast<double>(e.integer("num_classes")), "int64");
  return {e.add("OneHot", {e.in(0, "int64"), depth, e.integers({0, 1})}, {{"axis", -1}})};
}

Names flip(OnnxEmit& e) {
  std::vector<int64_t> axes = e.list("dims");
  for (int64_t& a : axes) a += a < 0 ? e.rank(0) : 0;
  const std::vector<int64_t> ends(axes.size(), INT64_MIN), ones(axes.size(), -1);
  return {e.add("Slice", {e.in(0), e.integers(ones), e.integers(ends), e.integers(axes), e.integers(ones)})};
}

}  // namespace

void add_onnx_axes(OnnxEmitters& t) {
  t["cat"] = cat, t["stack"] = stack, t["slice"] = slice, t["split"] = split, t["chunk"] = chunk, t["select"] = select;
  t["index_select"] = index_select, t["gather"] = gather, t["index"] = index, t["cumsum"] = cumsum, t["flip"] = flip;
  t["roll"] = roll, t["one_hot"] = one_hot;
  t["tril"] = t["triu"] = triangle;
}

}  // namespace mase::exporting
