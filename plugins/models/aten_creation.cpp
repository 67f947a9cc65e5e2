// ATen: tensors made of sizes and numbers. All of them are known when the file is read.
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>

#include <cmath>

#include "aten.h"
#include "mase/text.h"

namespace models {

namespace {

constexpr uint64_t kWidest = 8;                  // bytes of an element
constexpr int64_t kMostMade = int64_t{1} << 40;  // elements: most take no memory

mase::Shape shape_at(const AtenCall& c, const Sizes& sizes, size_t at) {
  mase::Shape shape;
  int64_t count = 1;
  for (const Size& n : sizes) {
    shape.push_back(n.at[at]);
    if (n.at[at] < 0) c.refuse(mase::format("makes an axis of {} elements", n.at[at]));
    if (__builtin_mul_overflow(count, n.at[at], &count) || count > kMostMade)
      c.refuse(mase::format("makes a tensor of more than {} elements", kMostMade));
  }
  return shape;
}

// Made once where both batch sizes ask for the same.
Wire made(AtenCall& c, bool is_fixed, const std::function<at::Tensor(size_t at)>& make) {
  Wire wire = ImportBuilder::known(make(0));
  if (!is_fixed) wire.trace[1] = make(1);
  for (size_t at = 0; at < (is_fixed ? 1 : 2); ++at) c.builder.hold(wire.trace[at]);
  return wire;
}

at::ScalarType type_of(const AtenCall& c, const AtenValue& value) {
  if (const auto type = c.dtype("dtype")) return *type;
  if (value.get<bool>()) return at::kBool;
  return value.get<Size>() ? at::kLong : at::kFloat;
}

// One value in every place: no memory until something else is made of it.
Wire filled(AtenCall& c, const Sizes& sizes, const AtenValue& value, at::ScalarType type) {
  AtenCall part{c.builder, c.node, c.op, c.target, {{"value", value}}};
  const Wire number = part.tensor("value");
  if (number.live()) return c.builder.expand(c.node, c.builder.cast(c.node + "_cast", number, type), sizes);
  bool is_fixed = number.trace[0].is_same(number.trace[1]);
  for (const Size& n : sizes) is_fixed &= n.fixed();
  return made(c, is_fixed, [&](size_t at) {
    if (number.trace[at].numel() != 1) c.refuse("fills with something that is no number");
    return number.trace[at].reshape({}).to(type).expand(shape_at(c, sizes, at));
  });
}

AtenHandler fill_with(std::optional<double> usual) {
  return [usual](AtenCall& c) -> AtenValues {
    const AtenValue value = usual ? AtenValue(*usual) : c.arg("fill_value");
    const bool is_like = c.base().ends_with("_like"), is_new = c.base().starts_with("new_");
    const Wire like = is_like || is_new ? c.tensor("self") : ImportBuilder::absent();
    const at::ScalarType type = c.dtype("dtype").value_or(like.usable() ? like.dtype() : type_of(c, value));
    return {filled(c, is_like ? like.sizes() : c.sizes("size"), value, type)};
  };
}

AtenValues arange(AtenCall& c) {
  const AtenValue start = c.has("start") ? c.arg("start") : AtenValue(Size(0));
  const AtenValue step = c.has("step") ? c.arg("step") : AtenValue(Size(1));
  AtenCall part{c.builder, c.node, c.op, c.target, {{"start", start}, {"end", c.arg("end")}, {"step", step}}};
  const bool is_integer = !start.get<double>() && !step.get<double>() && !c.arg("end").get<double>();
  const at::ScalarType type = c.dtype("dtype").value_or(is_integer ? at::kLong : at::kFloat);
  const auto options = at::TensorOptions().dtype(type);
  if (!is_integer) {
    const double a = part.number("start"), b = part.number("end"), s = part.number("step");
    if (!(s != 0) || !(std::abs((b - a) / s) < static_cast<double>(kMostMade))) c.refuse("counts too far");
    c.builder.make_room({}, static_cast<uint64_t>(std::abs((b - a) / s)) * kWidest);
    return {made(c, true, [&](size_t) { return at::arange(a, b, s, options); })};
  }
  const Size a = part.size("start"), b = part.size("end"), s = part.size("step");
  return {made(c, a.fixed() && b.fixed() && s.fixed(), [&](size_t at) {
    const double steps =
        s.at[at] ? (static_cast<double>(b.at[at]) - static_cast<double>(a.at[at])) / static_cast<double>(s.at[at]) : -1;
    if (!(steps >= 0) || !(steps < static_cast<double>(kMostMade))) c.refuse("counts too far, or the wrong way");
    c.builder.make_room({}, static_cast<uint64_t>(steps) * kWidest);
    return at::arange(a.at[at], b.at[at], s.at[at], options);
  })};
}

AtenHandler triangle(const char* op) {
  return [op = std::string(op)](AtenCall& c) -> AtenValues {
    return {c.emit(op, {c.tensor("self")}, {{"diagonal", c.integer("diagonal")}})};
  };
}

void add_filled(AtenTable& t) {
  t["full"] = t["full_like"] = t["new_full"] = fill_with({});
  for (const char* name : {"zeros", "zeros_like", "new_zeros"}) t[name] = fill_with(0);
  for (const char* name : {"ones", "ones_like", "new_ones"}) t[name] = fill_with(1);
  // In place these come after `empty` or another value that does not count.
  t["empty"] = t["empty_like"] = t["new_empty"] = t["empty_permuted"] = fill_with(0);
  t["fill"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {filled(c, x.sizes(), c.arg("value"), x.dtype())};
  };
  t["zero"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    return {filled(c, x.sizes(), AtenValue(0.0), x.dtype())};
  };
  t["copy"] = [](AtenCall& c) -> AtenValues {
    const Wire x = c.tensor("self");
    const Wire from = c.builder.cast(c.node + "_cast", c.tensor("src"), x.dtype());
    return {c.builder.expand(c.node, from, x.sizes())};
  };
}

}  // namespace

void add_aten_creation(AtenTable& t) {
  add_filled(t);
  t["arange"] = arange;
  t["scalar_tensor"] = t["tensor"] = [](AtenCall& c) -> AtenValues {
    const AtenValue& value = c.arg(c.args.contains("s") ? "s" : c.args.contains("t") ? "t" : "data");
    if (const auto* list = value.get<AtenValue::List>(); list && !list->empty() && (*list)[0].get<Size>()) {
      AtenCall part{c.builder, c.node, c.op, c.target, {{"data", value}}};
      return {c.builder.cast(c.node, ImportBuilder::known(part.sizes("data")), c.dtype("dtype").value_or(at::kLong))};
    }
    return {filled(c, {}, value, type_of(c, value))};
  };
  t["eye"] = [](AtenCall& c) -> AtenValues {
    const Size n = c.size("n"), m = c.has("m") ? c.size("m") : n;
    const auto options = at::TensorOptions().dtype(c.dtype("dtype").value_or(at::kFloat));
    return {made(c, n.fixed() && m.fixed(), [&](size_t at) {
      const mase::Shape shape = shape_at(c, {n, m}, at);
      c.builder.make_room({}, static_cast<uint64_t>(shape[0] * shape[1]) * kWidest);
      return at::eye(shape[0], shape[1], options);
    })};
  };
  t["linspace"] = [](AtenCall& c) -> AtenValues {
    const auto options = at::TensorOptions().dtype(c.dtype("dtype").value_or(at::kFloat));
    const int64_t steps = shape_at(c, {c.size("steps")}, 0)[0];
    c.builder.make_room({}, static_cast<uint64_t>(steps) * kWidest);
    return {made(c, true, [&](size_t) { return at::linspace(c.number("start"), c.number("end"), steps, options); })};
  };
  t["tril"] = triangle("tril"), t["triu"] = triangle("triu");
}

}  // namespace models
