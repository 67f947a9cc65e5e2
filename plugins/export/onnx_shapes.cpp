// Operators that give the same values another shape or order, in ONNX.
#include <algorithm>

#include "onnx_emit.h"

namespace mase::exporting {
namespace {

Names flatten(OnnxEmit& e) {
  const Shape shape = e.shape(0);
  const auto rank = static_cast<int64_t>(shape.size());
  const int64_t start = e.axis("start_dim", rank), end = e.axis("end_dim", rank);
  if (start == 1 && end == rank - 1) return {e.add("Flatten", {e.in(0)}, {{"axis", 1}})};
  Shape to;
  for (int64_t i = 0; i < start; ++i) to.push_back(0);  // as it is
  to.push_back(-1);
  for (int64_t i = end + 1; i < rank; ++i) to.push_back(shape[static_cast<size_t>(i)]);
  return {e.reshape(e.in(0), to)};
}

Names reshape_of(OnnxEmit& e) { return {e.reshape(e.in(0), e.list("shape"))}; }

Names permuted(OnnxEmit& e, std::vector<int64_t> order) {
  return {e.add("Transpose", {e.in(0)}, {{"perm", std::move(order)}})};
}

std::vector<int64_t> in_order(int64_t rank) {
  std::vector<int64_t> order;
  for (int64_t i = 0; i < rank; ++i) order.push_back(i);
  return order;
}

Names transpose(OnnxEmit& e) {
  const int64_t rank = e.rank(0);
  std::vector<int64_t> order = in_order(rank);
  std::swap(order[static_cast<size_t>(e.axis("dim0", rank))], order[static_cast<size_t>(e.axis("dim1", rank))]);
  return permuted(e, order);
}

Names permute(OnnxEmit& e) {
  std::vector<int64_t> order = e.list("dims");
  for (int64_t& a : order) a += a < 0 ? e.rank(0) : 0;
  return permuted(e, order);
}

// -1 keeps a size, which ONNX's Expand writes as 1; 0 is the batch of a second input.
Names expand(OnnxEmit& e) {
  std::vector<int64_t> to = e.list("shape");
  const auto batch = std::find(to.begin(), to.end(), 0);
  for (int64_t& n : to) n = n == -1 ? 1 : n;
  if (batch == to.end() || e.inputs.size() < 2) return {e.add("Expand", {e.in(0), e.integers(to)})};
  const auto place = batch - to.begin();
  const std::string size = e.add("Slice", {e.add("Shape", {e.in(1)}), e.integers({0}), e.integers({1})});
  Names parts;
  if (place > 0) parts.push_back(e.integers({to.begin(), batch}));
  parts.push_back(size);
  if (batch + 1 != to.end()) parts.push_back(e.integers({batch + 1, to.end()}));
  const std::string shape = parts.size() == 1 ? parts[0] : e.add("Concat", parts, {{"axis", 0}});
  return {e.add("Expand", {e.in(0), shape})};
}

Names unsqueeze(OnnxEmit& e) { return {e.add("Unsqueeze", {e.in(0), e.integers({e.axis("dim", e.rank(0) + 1)})})}; }

Names squeeze(OnnxEmit& e) {
  const Shape shape = e.shape(0);
  std::vector<int64_t> axes;
  if (e.is_null("dim")) {
    for (size_t i = 1; i < shape.size(); ++i)
      if (shape[i] == 1) axes.push_back(static_cast<int64_t>(i));  // the batch stays whatever its size
  } else if (const int64_t axis = e.axis("dim", e.rank(0)); shape[static_cast<size_t>(axis)] == 1) {
    axes.push_back(axis);
  }
  return {axes.empty() ? e.in(0) : e.add("Squeeze", {e.in(0), e.integers(axes)})};
}

Names depth_to_space(OnnxEmit& e) {
  const bool up = e.node.mase_op == "pixel_shuffle";
  const int64_t factor = e.integer(up ? "upscale_factor" : "downscale_factor");
  if (up) return {e.add("DepthToSpace", {e.in(0)}, {{"blocksize", factor}, {"mode", "CRD"}})};
  // SpaceToDepth puts the places before the channels, PyTorch behind them.
  const Shape s = e.shape(0);
  const std::string split = e.reshape(e.in(0), {-1, s[1], s[2] / factor, factor, s[3] / factor, factor});
  const std::string moved = e.add("Transpose", {split}, {{"perm", Shape{0, 1, 3, 5, 2, 4}}});
  return {e.reshape(moved, {-1, s[1] * factor * factor, s[2] / factor, s[3] / factor})};
}

Names channel_shuffle(OnnxEmit& e) {
  const int64_t groups = e.integer("groups");
  Shape shape = e.shape(0), order = in_order(e.rank(0) + 1);
  Shape split = {-1, groups, shape[1] / groups};
  split.insert(split.end(), shape.begin() + 2, shape.end());
  std::swap(order[1], order[2]);
  shape[0] = -1;
  return {e.reshape(e.add("Transpose", {e.reshape(e.in(0), split)}, {{"perm", order}}), shape)};
}

Names repeat(OnnxEmit& e) {
  const char* field = e.fields.find("repeats") ? "repeats" : "sizes";
  const std::vector<int64_t> times = e.list(field);
  std::string x = e.in(0);
  if (static_cast<int64_t>(times.size()) > e.rank(0)) {
    std::vector<int64_t> axes = in_order(static_cast<int64_t>(times.size()) - e.rank(0));
    x = e.add("Unsqueeze", {x, e.integers(axes)});
  }
  return {e.add("Tile", {x, e.integers(times)})};
}

// Ours lists pairs from the last axis on; ONNX all beginnings, then all ends.
Names pad(OnnxEmit& e) {
  const std::string& mode = e.fields.at("mode").as_string();
  if (mode == "circular" && e.out.opset() < 19) throw NoCounterpart{"circular padding begins with opset 19"};
  const std::vector<int64_t> pairs = e.list("pad");
  const auto rank = static_cast<size_t>(e.rank(0));
  std::vector<int64_t> pads(2 * rank, 0);
  for (size_t i = 0; i < pairs.size() / 2; ++i)
    pads[rank - 1 - i] = pairs[2 * i], pads[2 * rank - 1 - i] = pairs[2 * i + 1];
  const char* name = mode == "replicate" ? "edge" : mode == "circular" ? "wrap" : mode.c_str();
  Names inputs = {e.in(0), e.integers(pads)};
  if (mode == "constant") inputs.push_back(e.out.number(e.node.name, e.real("value"), e.dtype(0)));
  return {e.add("Pad", inputs, {{"mode", name}})};
}

}  // namespace

void add_onnx_shapes(OnnxEmitters& t) {
  t["flatten"] = flatten, t["reshape"] = t["view"] = reshape_of, t["transpose"] = transpose, t["permute"] = permute;
  t["expand"] = expand, t["unsqueeze"] = unsqueeze, t["squeeze"] = squeeze, t["repeat"] = repeat;
  t["pixel_shuffle"] = t["pixel_unshuffle"] = depth_to_space, t["channel_shuffle"] = channel_shuffle;
  t["pad"] = pad;
}

}  // namespace mase::exporting
