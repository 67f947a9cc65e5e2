// ONNX's pools.
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/ones.h>

#include <limits>

#include "mase/text.h"
#include "onnx_operators.h"
#include "onnx_window.h"

namespace models::onnx {

namespace {

using mase::Map;

std::string with_rank(const char* op, const Window& w) { return mase::format("{}{}d", op, w.kernel.size()); }

// PyTorch's pools add at most half a window at both ends alike.
bool needs_pad(const Window& w) {
  for (size_t i = 0; i < w.kernel.size(); ++i)
    if (2 * w.before[i] > w.kernel[i]) return true;
  return !w.is_symmetric();
}

// Whether the windows of a pool that rounds up stand where those between paddings of different ends do, and as many;
// where elements stand beyond the ends does not matter to a maximum.
bool is_rounded_up(const Wire& x, const Window& w) {
  for (size_t i = 0; i < w.kernel.size(); ++i) {
    const Size size = x.size(static_cast<int64_t>(i) + 2);
    const int64_t reach = (w.kernel[i] - 1) * w.dilation[i] + 1, room = size.at[0] + w.before[i] - reach;
    if (!size.fixed() || 2 * w.before[i] > w.kernel[i] || room + w.before[i] < 0) return false;
    const int64_t given = (room + w.after[i]) / w.stride[i];
    int64_t rounded = (room + w.before[i] + w.stride[i] - 1) / w.stride[i];
    if (rounded * w.stride[i] >= size.at[0] + w.before[i]) --rounded;
    if (given != rounded) return false;
  }
  return true;
}

Values max_pool(const Node& n) {
  if (n.wants(1)) throw Unsupported{"its indices are used"};
  if (n.integer("storage_order", 0)) throw Unsupported{"its storage order is by column"};
  Wire x = n.in(0);
  Window w = window_of(n, x, {});
  bool rounds_up = n.integer("ceil_mode", 0) != 0;
  if (needs_pad(w) && !rounds_up && is_rounded_up(x, w)) {
    rounds_up = true;
  } else if (needs_pad(w)) {
    if (rounds_up) throw Unsupported{"it has ceil_mode with padding of one end"};
    x = padded(n, x, w, -std::numeric_limits<double>::infinity());
    w.before.assign(w.kernel.size(), 0);
  }
  return {n.build().call(n.name(), with_rank("max_pool", w), {x},
                         {{"kernel_size", compact(w.kernel)},
                          {"stride", compact(w.stride)},
                          {"padding", compact(w.before)},
                          {"dilation", compact(w.dilation)},
                          {"ceil_mode", rounds_up}})};
}

// What makes a mean over a window with zeros one over those that are there.
Wire correction(const Wire& x, const Window& w) {
  const int64_t height = x.size(2).at[0], width = x.size(3).at[0];
  const at::Tensor ones =
      at::constant_pad_nd(at::ones({1, 1, height, width}), {w.before[1], w.after[1], w.before[0], w.after[0]});
  return ImportBuilder::known(at::avg_pool2d(ones, w.kernel, w.stride).reciprocal());
}

Values average_pool(const Node& n) {
  ImportBuilder& b = n.build();
  Wire x = n.in(0);
  Window w = window_of(n, x, {});
  for (const int64_t d : w.dilation)
    if (d != 1) throw Unsupported{"it has dilations"};
  const bool counts = n.integer("count_include_pad", 0), ceil = n.integer("ceil_mode", 0);
  if (!needs_pad(w))
    return {b.call(n.name(), with_rank("avg_pool", w), {x},
                   {{"kernel_size", compact(w.kernel)},
                    {"stride", compact(w.stride)},
                    {"padding", compact(w.before)},
                    {"ceil_mode", ceil},
                    {"count_include_pad", counts}})};
  if (ceil || (!counts && w.kernel.size() != 2)) throw Unsupported{"it pads one end more than the other"};
  const Wire all = padded(n, x, w, 0);
  const Wire mean = b.call(n.name(), with_rank("avg_pool", w), {all},
                           {{"kernel_size", compact(w.kernel)}, {"stride", compact(w.stride)}});
  return {counts ? mean : b.binary(n.name() + "_count", "mul", mean, correction(x, w))};
}

Handler global_pool(const char* op) {
  return [op](const Node& n) -> Values {
    const Wire x = n.in(0);
    if (x.rank() < 3) throw Unsupported{mase::format("its input has {} axes", x.rank())};
    if (x.rank() <= 5)
      return {
          n.build().call(n.name(), mase::format("adaptive_{}_pool{}d", op, x.rank() - 2), {x}, {{"output_size", 1}})};
    mase::List axes;
    for (int64_t i = 2; i < x.rank(); ++i) axes.push_back(i);
    return {n.build().call(n.name(), std::string_view(op) == "avg" ? "mean" : "amax", {x},
                           {{"dim", axes}, {"keepdim", true}})};
  };
}

}  // namespace

void add_pools(Table& t) {
  t["MaxPool"] = max_pool, t["AveragePool"] = average_pool;
  t["GlobalAveragePool"] = global_pool("avg"), t["GlobalMaxPool"] = global_pool("max");
}

}  // namespace models::onnx
