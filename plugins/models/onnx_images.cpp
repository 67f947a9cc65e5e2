// ONNX's operators on images: other sizes, padding, depth to space.
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

using mase::Map;

struct Resize {
  std::string mode, transform, nearest;
  std::vector<double> scales;  // one for each axis; empty where sizes are given
  std::vector<int64_t> sizes;
};

std::vector<double> reals(const Node& n, int i) {
  const Wire wire = n.in(i);
  if (!wire.known() || wire.rank() != 1) throw Unsupported{"its scales are computed"};
  const at::Tensor t = wire.trace[0].to(at::kDouble).contiguous();
  return {t.const_data_ptr<double>(), t.const_data_ptr<double>() + t.numel()};
}

// The sizes of all axes, or of those named; the batch stays what it is.
std::vector<int64_t> sizes_of(const Node& n, const Wire& x) {
  const Sizes given = n.sizes(3, "sizes");
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < given.size(); ++i) {
    const bool is_batch = given.size() == static_cast<size_t>(x.rank()) && given[i] == x.size(static_cast<int64_t>(i));
    if (!given[i].fixed() && !is_batch)
      throw OneBatchOnly{mase::format("node '{}': its sizes grow with the batch", n.name())};
    sizes.push_back(given[i].at[0]);
  }
  return sizes;
}

Resize described(const Node& n, const Wire& x) {
  Resize r;
  r.mode = n.text("mode", "nearest");
  const bool is_old = n.op() == "Upsample" || n.opset() < 11;
  r.transform = is_old ? "asymmetric" : n.text("coordinate_transformation_mode", "half_pixel");
  r.nearest = is_old ? "simple" : n.text("nearest_mode", "round_prefer_floor");
  const int scales = is_old ? 1 : 2;
  if (const auto* a = n.attribute("scales")) {
    for (const float f : a->floats()) r.scales.push_back(static_cast<double>(f));
  } else if (n.has(scales) && n.in(scales).usable() && n.in(scales).trace[0].numel() > 0) {
    r.scales = reals(n, scales);
  } else if (n.has(3)) {
    r.sizes = sizes_of(n, x);
  }
  if (n.integer("antialias", 0)) throw Unsupported{"it has antialias"};
  if (n.integer("exclude_outside", 0)) throw Unsupported{"it has exclude_outside"};
  if (n.text("keep_aspect_ratio_policy", "stretch") != "stretch") throw Unsupported{"it keeps the aspect ratio"};
  const auto rank = static_cast<size_t>(x.rank());
  // Axes may be named from opset 18 on.
  if (const auto axes = n.integers("axes")) {
    std::vector<double> all(rank, 1);
    std::vector<int64_t> sizes;
    for (const Size& s : x.sizes()) sizes.push_back(s.at[0]);
    for (size_t i = 0; i < axes->size(); ++i) {
      const auto at = static_cast<size_t>(n.axis((*axes)[i], x.rank()));
      if (!r.scales.empty()) all[at] = r.scales.at(i);
      if (!r.sizes.empty()) sizes[at] = r.sizes.at(i);
    }
    r.scales.empty() ? r.sizes = sizes : std::vector<int64_t>();
    if (!r.scales.empty()) r.scales = all;
  }
  if ((r.scales.empty() ? r.sizes.size() : r.scales.size()) != rank)
    throw mase::Error("its scales or sizes are not as many as the axes of its input");
  for (const double s : r.scales)
    if (!(s > 0) || s > 1e6) throw mase::Error(mase::format("its scales hold {}", s));
  return r;
}

// Where an element of the result lies in the input, by the formulas of the standard.
double coordinate(const Resize& r, int64_t from, int64_t to, double scale, int64_t i) {
  const auto at = static_cast<double>(i);
  if (r.transform == "asymmetric") return at / scale;
  if (r.transform == "half_pixel") return (at + 0.5) / scale - 0.5;
  if (r.transform == "pytorch_half_pixel") return to > 1 ? (at + 0.5) / scale - 0.5 : 0;
  if (r.transform == "align_corners")
    return to > 1 ? at * static_cast<double>(from - 1) / static_cast<double>(to - 1) : 0;
  if (r.transform == "half_pixel_symmetric") {
    const double adjusted = static_cast<double>(to) / (scale * static_cast<double>(from));
    const double center = static_cast<double>(from) / 2;
    return center * (1 - adjusted) + (at + 0.5) / scale - 0.5;
  }
  throw Unsupported{mase::format("its coordinates are {}", r.transform)};
}

// The element of the input that each of the result is.
std::vector<int64_t> nearest(const Resize& r, int64_t from, int64_t to, double scale) {
  std::vector<int64_t> places;
  for (int64_t i = 0; i < to; ++i) {
    const double x = coordinate(r, from, to, scale, i);
    double place = std::floor(x);
    if (r.nearest == "ceil" || (r.nearest == "simple" && scale < 1))  // as the first Resize makes images smaller
      place = std::ceil(x);
    else if (r.nearest == "round_prefer_floor")
      place = std::ceil(x - 0.5);
    else if (r.nearest == "round_prefer_ceil")
      place = std::floor(x + 0.5);
    places.push_back(std::clamp<int64_t>(static_cast<int64_t>(place), 0, from - 1));
  }
  return places;
}

struct Axis {
  int64_t axis, from, to;
  double scale;
};

std::vector<Axis> axes_of(const Resize& r, const Wire& x) {
  std::vector<Axis> axes;
  for (int64_t i = 0; i < x.rank(); ++i) {
    const auto at = static_cast<size_t>(i);
    const int64_t from = x.size(i).at[0];
    const int64_t to =
        r.scales.empty() ? r.sizes[at] : static_cast<int64_t>(std::floor(static_cast<double>(from) * r.scales[at]));
    const double scale = r.scales.empty() ? static_cast<double>(to) / static_cast<double>(from) : r.scales[at];
    const bool stays = r.scales.empty() ? to == from : r.scales[at] == 1;
    if (stays) continue;
    if (i < 2 || !x.size(i).fixed()) throw Unsupported{"it changes the size of batch or channels"};
    if (to < 1 || to > 1 << 20) throw mase::Error(mase::format("it makes {} of {} elements", to, from));
    axes.push_back({i, from, to, scale});
  }
  return axes;
}

// What the operator needs besides the mode.
Map size_fields(const Resize& r, const Wire& x) {
  if (r.scales.empty()) return {{"size", mase::Value(std::vector<int64_t>(r.sizes.begin() + 2, r.sizes.end()))}};
  return {{"scale_factor", mase::Value(std::vector<double>(r.scales.begin() + 2, r.scales.end()))}};
}

Wire resize_nearest(const Node& n, const Resize& r, Wire x, const std::vector<Axis>& axes) {
  bool is_torch = x.rank() >= 3 && x.rank() <= 5;
  for (const Axis& a : axes) {
    const std::vector<int64_t> places = nearest(r, a.from, a.to, a.scale);
    for (int64_t i = 0; i < a.to && is_torch; ++i)
      is_torch = places[static_cast<size_t>(i)] ==
                 std::min(static_cast<int64_t>(std::floor(static_cast<float>(i) * static_cast<float>(1 / a.scale))),
                          a.from - 1);
  }
  if (is_torch) {
    Map with = size_fields(r, x);
    with.set("mode", "nearest");
    return n.build().call(n.name(), "interpolate", {x}, with);
  }
  for (const Axis& a : axes)
    x = n.build().call(mase::format("{}_{}", n.name(), a.axis), "index_select",
                       {x, ImportBuilder::known(at::tensor(nearest(r, a.from, a.to, a.scale), at::kLong))},
                       {{"dim", a.axis}});
  return x;
}

// Coordinates that `interpolate` lacks: neighbours times how near they are, one axis after the other.
Wire resize_linear(const Node& n, const Resize& r, Wire x, const std::vector<Axis>& axes) {
  ImportBuilder& b = n.build();
  for (const Axis& a : axes) {
    std::vector<int64_t> low, high;
    std::vector<double> weight, rest;
    for (int64_t i = 0; i < a.to; ++i) {
      const double place = std::clamp<double>(coordinate(r, a.from, a.to, a.scale, i), 0, double(a.from - 1));
      low.push_back(static_cast<int64_t>(place)), high.push_back(std::min(low.back() + 1, a.from - 1));
      weight.push_back(place - std::floor(place)), rest.push_back(1 - weight.back());
    }
    std::vector<int64_t> shape(static_cast<size_t>(x.rank() - a.axis), 1);
    shape[0] = a.to;
    const auto part = [&](const char* which, const std::vector<int64_t>& places, const std::vector<double>& factors) {
      const std::string name = mase::format("{}_{}_{}", n.name(), a.axis, which);
      const Wire picked = b.call(mase::format("{}_part", name), "index_select",
                                 {x, ImportBuilder::known(at::tensor(places, at::kLong))}, {{"dim", a.axis}});
      return b.binary(name, "mul", picked,
                      ImportBuilder::known(at::tensor(factors, at::kDouble).to(at::kFloat).reshape(shape)));
    };
    const Wire before = part("low", low, rest), after = part("high", high, weight);
    x = b.binary(&a == &axes.back() ? n.name() : mase::format("{}_{}", n.name(), a.axis), "add", before, after);
  }
  return x;
}

// Whether `interpolate` has these coordinates.
bool is_usual(const Resize& r, const std::vector<Axis>& axes) {
  if (r.transform == "pytorch_half_pixel")
    return std::none_of(axes.begin(), axes.end(), [](const Axis& a) { return a.to == 1; });
  return r.transform == "half_pixel" || r.transform == "align_corners";
}

Values resize(const Node& n) {
  const Wire x = n.in(0);
  const Resize r = described(n, x);
  const std::vector<Axis> axes = axes_of(r, x);
  if (axes.empty()) return {x};
  if (r.mode == "nearest") return {resize_nearest(n, r, x, axes)};
  const bool is_linear = r.mode == "linear" || r.mode == "bilinear", is_torch = x.rank() >= 3 && x.rank() <= 5;
  if (is_linear && (!is_usual(r, axes) || !is_torch)) return {resize_linear(n, r, x, axes)};
  if (!is_usual(r, axes)) throw Unsupported{mase::format("its coordinates are {}", r.transform)};
  Map with = size_fields(r, x);
  if (is_linear) {
    with.set("mode", x.rank() == 3 ? "linear" : x.rank() == 4 ? "bilinear" : "trilinear");
  } else if (r.mode == "cubic" && x.rank() == 4 && std::fabs(n.real("cubic_coeff_a", -0.75) + 0.75) < 1e-6) {
    with.set("mode", "bicubic");
  } else {
    throw Unsupported{mase::format("its mode is {} for {} axes", r.mode, x.rank())};
  }
  with.set("align_corners", r.transform == "align_corners");
  return {n.build().call(n.name(), "interpolate", {x}, with)};
}

Values pad(const Node& n) {
  const Wire x = n.in(0);
  auto pads = n.integers("pads", 1);
  if (!pads) pads = n.integers("paddings");
  if (!pads) throw Unsupported{"it has no pads"};
  std::vector<int64_t> axes;
  if (n.has(3))
    axes = n.fixed(3, "axes");
  else
    for (int64_t i = 0; i < x.rank(); ++i) axes.push_back(i);
  if (pads->size() != 2 * axes.size())
    throw mase::Error(mase::format("{} pads for {} axes", pads->size(), axes.size()));
  std::vector<std::array<int64_t, 2>> each(static_cast<size_t>(x.rank()));
  for (size_t i = 0; i < axes.size(); ++i)
    each[static_cast<size_t>(n.axis(axes[i], x.rank()))] = {(*pads)[i], (*pads)[axes.size() + i]};
  mase::List list;  // the last axis first, as far as anything is added
  size_t first = 0;
  while (first < each.size() && each[first] == std::array<int64_t, 2>{}) ++first;
  for (size_t i = each.size(); i-- > first;) list.push_back(each[i][0]), list.push_back(each[i][1]);
  if (list.empty()) return {x};
  const std::string mode = n.text("mode", "constant");
  const std::map<std::string, const char*> modes{
      {"constant", "constant"}, {"reflect", "reflect"}, {"edge", "replicate"}, {"wrap", "circular"}};
  if (!modes.contains(mode)) throw Unsupported{mase::format("its mode is {}", mode)};
  Map with{{"pad", list}};
  if (mode != "constant") with.set("mode", modes.at(mode));
  const double value = n.has(2) ? n.number(2, "constant value") : n.real("value", 0);
  if (mode == "constant" && value != 0) with.set("value", value);
  return {n.build().call(n.name(), "pad", {x}, with)};
}

int64_t block_of(const Node& n, const Wire& x) {
  const int64_t block = n.integer("blocksize", 0);
  if (x.rank() != 4) throw mase::Error(mase::format("its input has {} axes, expected 4", x.rank()));
  if (block < 1 || block > 1 << 15) throw mase::Error(mase::format("its blocksize is {}", block));
  return block;
}

Values depth_to_space(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0);
  const int64_t block = block_of(n, x);
  if (n.text("mode", "DCR") == "CRD") return {b.call(n.name(), "pixel_shuffle", {x}, {{"upscale_factor", block}})};
  const Size channels(x.size(1).at[0] / (block * block)), height = x.size(2), width = x.size(3);
  const Wire split = b.reshape(n.name() + "_split", x, {x.size(0), Size(block), Size(block), channels, height, width});
  const Wire moved = b.permute(n.name() + "_move", split, {0, 3, 4, 1, 5, 2});
  return {b.reshape(n.name(), moved, {x.size(0), channels, Size(height.at[0] * block), Size(width.at[0] * block)})};
}

Values space_to_depth(const Node& n) {
  ImportBuilder& b = n.build();
  const Wire x = n.in(0);
  const int64_t block = block_of(n, x);
  const Size channels = x.size(1), height(x.size(2).at[0] / block), width(x.size(3).at[0] / block);
  const Wire split = b.reshape(n.name() + "_split", x, {x.size(0), channels, height, Size(block), width, Size(block)});
  const Wire moved = b.permute(n.name() + "_move", split, {0, 3, 5, 1, 2, 4});
  return {b.reshape(n.name(), moved, {x.size(0), Size(channels.at[0] * block * block), height, width})};
}

}  // namespace

void add_images(Table& t) {
  t["Resize"] = t["Upsample"] = resize;
  t["Pad"] = pad, t["DepthToSpace"] = depth_to_space, t["SpaceToDepth"] = space_to_depth;
}

}  // namespace models::onnx
