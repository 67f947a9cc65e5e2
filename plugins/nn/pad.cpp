// nn.pad: adds elements at both ends of the last axes; negative numbers take some away.
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <cmath>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Pad final : public Op {
 public:
  struct Config {
    std::vector<int64_t> pad;
    std::string mode = "constant";
    double value = 0;
    static void schema(Schema<Config>& s);
    void check(const Value& v) const {
      if (pad.size() % 2 != 0)
        throw Error("pad is " + Value(pad).json() + ", expected two numbers for each axis", v.loc);
    }
  };
  explicit Pad(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    at::Tensor x = inputs[0];
    const Shape shape = shape_of(x);
    expect_rank(shape, config_.pad.size() / 2, 64, "an axis for each two numbers of pad");
    for (size_t i = 0; i < config_.pad.size() / 2; ++i)
      check_axis(shape, shape.size() - 1 - i, config_.pad[2 * i], config_.pad[2 * i + 1]);
    if (config_.mode == "constant") return {at::constant_pad_nd(x, config_.pad, config_.value)};
    for (size_t i = 0; i < config_.pad.size() / 2; ++i) {
      const int64_t before = config_.pad[2 * i], after = config_.pad[2 * i + 1];
      const auto axis = static_cast<int64_t>(shape.size() - 1 - i);
      if (before != 0 || after != 0) x = at::index_select(x, axis, places(x.size(axis), before, after));
    }
    return {x};
  }
  // Values of the input, and the constant where its grid, made finer if need be, has it.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || !formats.inputs[0]) return std::nullopt;
    const FixedPoint& point = *formats.inputs[0];
    if (config_.mode != "constant" || config_.value == 0) return point;
    // Float and double must agree on the constant.
    if (static_cast<double>(static_cast<float>(config_.value)) != config_.value) return std::nullopt;
    constexpr int kFinest = 60;
    int frac_width = point.frac_width;
    const auto code = [&] { return std::ldexp(config_.value, frac_width); };
    while (std::trunc(code()) != code() && frac_width < kFinest) ++frac_width;
    if (!(std::trunc(code()) == code() && std::abs(code()) < 0x1p62)) return std::nullopt;
    const auto constant = static_cast<int64_t>(code());
    return CodeRange(point).joined(CodeRange({64, frac_width, true}).clamped(constant, constant)).grid();
  }

 private:
  void check_axis(const Shape& shape, size_t axis, int64_t before, int64_t after) const;
  at::Tensor places(int64_t size, int64_t before, int64_t after) const;
  Config config_;
};

[[noreturn]] void refuse_pad(const Shape& shape, size_t axis, const char* why) {
  throw Error("axis " + std::to_string(axis) + " of the input's shape " + Value(shape).json() + " has " +
              std::to_string(shape[axis]) + " places, " + why);
}

void Pad::check_axis(const Shape& shape, size_t axis, int64_t before, int64_t after) const {
  constexpr int64_t kMost = int64_t{1} << 40;
  const int64_t size = shape[axis];
  if (before > kMost || after > kMost) refuse_pad(shape, axis, "pad adds more than any memory holds");
  if (before < -size || after < -size || size + before + after < 0)
    refuse_pad(shape, axis, "pad takes more away than there is");
  if (config_.mode == "reflect" && (before >= size || after >= size) && (before > 0 || after > 0))
    refuse_pad(shape, axis, "pad reflects, and must be less");
  if (config_.mode == "circular" && (before > size || after > size))
    refuse_pad(shape, axis, "pad goes round, and must not be more");
  if (config_.mode == "replicate" && size == 0 && (before > 0 || after > 0))
    refuse_pad(shape, axis, "pad repeats the last one");
}

// Where the elements of the result come from.
at::Tensor Pad::places(int64_t size, int64_t before, int64_t after) const {
  at::Tensor from = at::empty({size + before + after}, at::TensorOptions().dtype(at::kLong));
  int64_t* place = from.mutable_data_ptr<int64_t>();
  for (int64_t i = -before; i < size + after; ++i) {
    int64_t at = i;
    if (config_.mode == "reflect") at = i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
    if (config_.mode == "replicate") at = std::clamp<int64_t>(i, 0, size - 1);
    if (config_.mode == "circular") at = (i + size) % size;
    *place++ = at;
  }
  return from;
}

void Pad::Config::schema(Schema<Config>& s) {
  s.field("pad", &Config::pad, "elements before and after, the last axis first: [left, right, top, bottom]").required();
  s.field("mode", &Config::mode, "what is added: a constant, the input mirrored, its last element, or its other end")
      .one_of({"constant", "reflect", "replicate", "circular"});
  s.field("value", &Config::value, "the constant");
}

}  // namespace

void add_pad(Registrar& r) { r.add<Pad>("nn.pad", "Adds elements at both ends of the last axes"); }

}  // namespace mase::nn
