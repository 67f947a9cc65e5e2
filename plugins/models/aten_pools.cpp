// ATen: pools, padding and interpolation.
#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>

#include <algorithm>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

mase::Value as_one(const std::vector<int64_t>& values, size_t axes) {
  const bool is_one = std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == values[0]; });
  if (is_one && !values.empty()) return values[0];
  if (values.size() != axes) return values.empty() ? mase::Value() : mase::Value(values[0]);
  return values;
}

// Runs a pool on an input that has a batch, whether or not the file's has one.
Wire with_batch(AtenCall& c, const Wire& x, size_t axes, const std::function<Wire(const Wire&)>& run) {
  if (x.rank() == static_cast<int64_t>(axes) + 2) return run(x);
  if (x.rank() != static_cast<int64_t>(axes) + 1) c.refuse(mase::format("expected an input with {} axes", axes + 2));
  Sizes sizes = x.sizes();
  sizes.insert(sizes.begin(), Size(1));
  const Wire y = run(c.builder.reshape(c.node + "_batch", x, sizes));
  if (!y.usable()) return y;
  sizes = y.sizes();
  sizes.erase(sizes.begin());
  return c.builder.reshape(c.node + "_sample", y, sizes);
}

AtenHandler pool(const std::string& op, size_t axes) {
  return [op, axes](AtenCall& c) -> AtenValues {
    const std::vector<int64_t> kernel = c.integers("kernel_size");
    if (kernel.empty()) c.refuse("has no kernel size");
    mase::Map with{{"kernel_size", as_one(kernel, axes)}};
    const auto set = [&](const char* name, const mase::Value& usual) {
      if (!c.has(name)) return;
      const std::vector<int64_t> values = c.integers(name);
      if (values.empty()) return;
      if (const mase::Value value = as_one(values, axes); !(value == usual)) with.set(name, value);
    };
    set("stride", as_one(kernel, axes)), set("padding", 0), set("dilation", 1);
    if (c.has("ceil_mode") && c.flag("ceil_mode")) with.set("ceil_mode", true);
    if (c.has("count_include_pad") && !c.flag("count_include_pad")) with.set("count_include_pad", false);
    if (c.has("divisor_override")) with.set("divisor_override", c.integer("divisor_override"));
    return {with_batch(c, c.tensor("self"), axes, [&](const Wire& x) { return c.emit(op, {x}, with); })};
  };
}

// The sizes that an adaptive pool makes; None keeps one.
std::vector<int64_t> adapted(const AtenCall& c, const Wire& x, size_t axes) {
  std::vector<int64_t> sizes;
  const auto* list = c.arg("output_size").get<AtenValue::List>();
  if (!list) return std::vector<int64_t>(axes, c.integer("output_size"));
  for (size_t i = 0; i < list->size(); ++i) {
    AtenCall part{c.builder, c.node, c.op, c.target, {{"size", (*list)[i]}}};
    if ((*list)[i].is_none() && i < axes && x.usable())
      part.args["size"] = x.size(x.rank() - static_cast<int64_t>(axes - i));
    sizes.push_back(part.integer("size"));
  }
  if (sizes.size() == 1) sizes.assign(axes, sizes[0]);
  if (sizes.size() != axes) c.refuse(mase::format("has {} sizes for {} axes", sizes.size(), axes));
  return sizes;
}

AtenHandler adaptive_pool(const std::string& op, size_t axes) {
  return [op, axes](AtenCall& c) -> AtenValues {
    const Wire image = c.tensor("self");
    std::vector<int64_t> sizes = adapted(c, image, axes), kernel;
    const bool is_global = std::all_of(sizes.begin(), sizes.end(), [](int64_t n) { return n == 1; });
    for (size_t i = 0; i < axes; ++i) {
      const Size from = image.usable() ? image.size(image.rank() - static_cast<int64_t>(axes - i)) : Size(0, 1);
      if (from.fixed() && sizes[i] > 0 && from.at[0] % sizes[i] == 0) kernel.push_back(from.at[0] / sizes[i]);
    }
    // Equal windows: exporters to ONNX write a plain pool.
    if (!is_global && kernel.size() == axes) {
      if (std::all_of(kernel.begin(), kernel.end(), [](int64_t n) { return n == 1; })) return {image};
      const std::string plain = op.substr(op.find('_') + 1);
      return {with_batch(c, image, axes, [&](const Wire& x) {
        return c.emit(plain, {x}, {{"kernel_size", as_one(kernel, axes)}});
      })};
    }
    mase::Map with{{"output_size", as_one(sizes, axes)}};
    return {with_batch(c, c.tensor("self"), axes, [&](const Wire& x) { return c.emit(op, {x}, with); })};
  };
}

// Only the values: what needs the indices asks for them and gets a refusal.
AtenHandler values_only(AtenHandler handler) {
  return [handler = std::move(handler)](AtenCall& c) -> AtenValues {
    AtenValues results = handler(c);
    results.emplace_back();
    return results;
  };
}

AtenHandler padding(const char* mode) {
  return [mode = std::string(mode)](AtenCall& c) -> AtenValues {
    const std::string given = c.has("mode") ? c.text("mode") : mode;
    const std::vector<int64_t> pad = c.integers(c.args.contains("pad") ? "pad" : "padding");
    if (std::all_of(pad.begin(), pad.end(), [](int64_t n) { return n == 0; })) return {c.tensor("self")};
    mase::Map with{{"pad", mase::Value(pad)}};
    if (given != "constant") with.set("mode", given);
    if (given == "constant" && c.has("value") && c.number("value") != 0) with.set("value", c.number("value"));
    return {c.emit("pad", {c.tensor("self")}, with)};
  };
}

constexpr int64_t kMostSmoothed = 1 << 24;  // elements

// Whether each image is as large as before: then nothing is between its pixels.
bool keeps_size(const mase::Map& with, const Wire& x) {
  if (!x.usable() || x.rank() < 3) return false;
  if (const mase::Value* factors = with.find("scale_factor")) {
    const mase::List& all = factors->as_list();
    return !all.empty() && std::all_of(all.begin(), all.end(), [](const auto& f) { return f.as_double() == 1; });
  }
  const mase::Value* size = with.find("size");
  if (!size || !size->is_list() || static_cast<int64_t>(size->as_list().size()) != x.rank() - 2) return false;
  for (int64_t axis = 2; axis < x.rank(); ++axis)
    if (x.size(axis) != Size(size->as_list()[static_cast<size_t>(axis - 2)].as_int())) return false;
  return true;
}

// upsample_nearest2d and its like: the sizes are given, or factors.
AtenHandler interpolation(const char* mode) {
  return [mode = std::string(mode)](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor(c.args.contains("input") ? "input" : "self");
    mase::Map with{{"mode", mode}};
    const AtenValue::List* factors = nullptr;
    if (c.has("scale_factors")) factors = c.arg("scale_factors").get<AtenValue::List>();
    if (factors) {
      mase::List numbers;
      for (const AtenValue& value : *factors) {
        AtenCall part{c.builder, c.node, c.op, c.target, {{"scale", value}}};
        numbers.push_back(part.number("scale"));
      }
      with.set("scale_factor", numbers);
    } else if (c.has("output_size")) {
      with.set("size", mase::Value(c.integers("output_size")));
    } else {
      c.refuse("has neither a size nor factors");
    }
    if (keeps_size(with, x)) return {x};
    if (c.has("align_corners") && c.flag("align_corners")) with.set("align_corners", true);
    return {c.emit("interpolate", {x}, with)};
  };
}

// With smoothing, where fewer pixels are asked for: of constants, such as embeddings of positions.
AtenHandler smoothed(bool is_cubic) {
  return [is_cubic](AtenCall& c) -> AtenValues {
    Wire x = c.tensor(c.args.contains("input") ? "input" : "self");
    if (!x.known() || !x.trace[0].is_same(x.trace[1]) || !c.has("output_size"))
      return {c.builder.unknown(c.node, "aten." + c.op, 1, "it smooths what is computed")[0]};
    const std::vector<int64_t> size = c.integers("output_size");
    uint64_t bytes = sizeof(double);
    for (const int64_t n : size)
      if (n < 1 || __builtin_mul_overflow(bytes, static_cast<uint64_t>(n), &bytes)) c.refuse("has a size without end");
    if (x.rank() != 4 || size.size() != 2 || x.trace[0].numel() > kMostSmoothed)
      c.refuse("expected an image of four axes");
    c.builder.make_room({x}, bytes * static_cast<uint64_t>(x.trace[0].size(0) * x.trace[0].size(1)));
    const bool keeps_corners = c.flag("align_corners");
    x = ImportBuilder::known(is_cubic ? at::_upsample_bicubic2d_aa(x.trace[0], size, keeps_corners, {}, {})
                                      : at::_upsample_bilinear2d_aa(x.trace[0], size, keeps_corners, {}, {}));
    c.builder.hold(x.trace[0]);
    return {x};
  };
}

}  // namespace

void add_aten_pools(AtenTable& t) {
  for (const size_t axes : {1, 2, 3}) {
    const auto named = [axes](std::string_view name) { return mase::format("{}{}d", name, axes); };
    const AtenHandler max_pool = pool(named("max_pool"), axes);
    t[named("max_pool")] = max_pool;
    t[mase::format("max_pool{}d_with_indices", axes)] = values_only(max_pool);
    t[named("avg_pool")] = pool(named("avg_pool"), axes);
    t[named("adaptive_avg_pool")] = t[named("_adaptive_avg_pool")] = adaptive_pool(named("adaptive_avg_pool"), axes);
    t[named("adaptive_max_pool")] = values_only(adaptive_pool(named("adaptive_max_pool"), axes));
  }
  t["constant_pad_nd"] = t["pad"] = padding("constant");
  for (const int axes : {1, 2, 3}) {
    t[mase::format("reflection_pad{}d", axes)] = padding("reflect");
    t[mase::format("replication_pad{}d", axes)] = padding("replicate");
    t[mase::format("upsample_nearest{}d", axes)] = interpolation("nearest");
    t[mase::format("_upsample_nearest_exact{}d", axes)] = interpolation("nearest_exact");
  }
  t["upsample_linear1d"] = interpolation("linear"), t["upsample_bilinear2d"] = interpolation("bilinear");
  t["upsample_bicubic2d"] = interpolation("bicubic"), t["upsample_trilinear3d"] = interpolation("trilinear");
  t["_upsample_bicubic2d_aa"] = smoothed(true), t["_upsample_bilinear2d_aa"] = smoothed(false);
}

}  // namespace models
