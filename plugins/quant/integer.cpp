// quant.integer: what its fields mean, and the way of a tensor through the kernel.
#include "integer.h"

#include <ATen/EmptyTensor.h>
#include <ATen/Parallel.h>
#include <mase/text.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "fixed_grid.h"

namespace mase {

const std::vector<std::string>& EnumNames<quant::Rounding>::names() {
  static const std::vector<std::string> names = {
      "nearest_even",        "floor",      "toward_zero",  "nearest_away",   "ceil",
      "nearest_toward_zero", "nearest_up", "nearest_down", "away_from_zero", "stochastic"};
  return names;
}
const std::vector<std::string>& EnumNames<quant::Overflow>::names() {
  static const std::vector<std::string> names = {"saturate", "saturate_symmetric", "saturate_to_zero", "wrap"};
  return names;
}
const std::vector<std::string>& EnumNames<quant::NanPolicy>::names() {
  static const std::vector<std::string> names = {"error", "propagate"};
  return names;
}
const std::vector<std::string>& EnumNames<quant::Rule>::names() {
  static const std::vector<std::string> names = {"standard", "mase"};
  return names;
}

namespace quant {
namespace {

constexpr int64_t kThreadAbove = 65536;  // elements; below, sharing out costs more than it brings
constexpr int64_t kGrain = 32768;

FixedFields fields(const Integer::Config& c) {
  return {c.width, c.frac_width, c.is_signed, c.rounding, c.overflow, c.rule == Rule::mase};
}

template <class T>
bool quantize_scalar(const Integer::Config& c, const FixedGrid<T>& g, const T* x, T* y, int64_t first, int64_t end,
                     uint64_t key) {
  bool nan = false;
  for (int64_t i = first; i < end; ++i) {
    const T scaled = x[i] * g.scale;
    const T s = scaled == 0 ? x[i] : scaled;  // too small to scale: rounds as the value itself does
    T n = std::isfinite(s) ? round_scaled(s, c.rounding, c.rounding == Rounding::stochastic ? draw(key, i) : 0) : s;
    if (c.overflow == Overflow::wrap) n = wrap(n, c.width, c.is_signed);
    n = n < g.low ? g.below : n > g.high ? g.above : n;
    nan |= n != n;
    y[i] = (n + T(0)) * g.inverse;
  }
  return nan;
}

// An own output with the strides of `x`, without the dispatcher's round trip.
at::Tensor output_like(const at::Tensor& x) {
  return at::Tensor(at::detail::empty_strided_cpu(x.sizes(), x.strides(), x.scalar_type()));
}

bool is_float(const at::Tensor& x) {
  if (!x.defined() || !x.is_cpu()) throw Error("quant.integer: expected a tensor in main memory");
  if (x.scalar_type() == at::kFloat) return true;
  if (x.scalar_type() == at::kDouble) return false;
  throw Error(
      format("quant.integer: found a tensor of {}, expected float32 or float64", c10::toString(x.scalar_type())));
}

std::string name_of(const QuantizeContext& context) {
  return context.tensor.empty() ? "a tensor" : std::string(context.tensor);
}

[[noreturn]] void refuse_nan(const QuantizeContext& context) {
  throw Error(format("{} holds a NaN, which quant.integer cannot represent", name_of(context)), {},
              "find out where it comes from, or set nan: propagate");
}

}  // namespace

void Integer::Config::schema(Schema<Config>& s) {
  s.field("width", &Config::width, "bits of a number").range(1, 64).unit("bits");
  s.field("frac_width", &Config::frac_width, "bits right of the binary point; may be negative or exceed the width")
      .range(-64, 64)
      .unit("bits");
  s.field("is_signed", &Config::is_signed, "two's complement; false: from 0 upwards");
  s.field("rounding", &Config::rounding, "which neighbour a value between two numbers becomes");
  s.field("overflow", &Config::overflow, "what a value beyond the range becomes");
  s.field("clip_gradient", &Config::clip_gradient, "no gradient where a value lies beyond the range");
  s.field("nan", &Config::nan, "what a NaN does: stop with an error, or stay one");
  s.field("rule", &Config::rule, "standard, or mase: MASE's results to the bit, with -0 and its rounded limits");
}

void Integer::Config::check(const Value& v) const {
  if (rule != Rule::mase) return;
  if (rounding != Rounding::nearest_even && rounding != Rounding::floor)
    throw Error("rule: mase knows the roundings nearest_even and floor alone", v.loc, "leave out rule, or rounding");
  if (overflow != Overflow::saturate)
    throw Error("rule: mase knows the overflow saturate alone", v.loc, "leave out rule, or overflow");
}

Integer::Integer(Config config)
    : config_(config), grid32_(make_grid<float>(fields(config))), grid64_(make_grid<double>(fields(config))) {}

template <>
const FixedGrid<float>& Integer::grid<float>() const {
  return grid32_;
}
template <>
const FixedGrid<double>& Integer::grid<double>() const {
  return grid64_;
}

// Writes the quantized `x` to `y`, both dense and with equal strides; returns whether there was a NaN.
template <class T>
bool Integer::fill(const at::Tensor& x, at::Tensor& y, const QuantizeContext& context) const {
  const T* in = x.const_data_ptr<T>();
  T* out = y.mutable_data_ptr<T>();
  const int64_t count = x.numel();
  const FixedGrid<T>& g = grid<T>();
  const bool scalar = config_.overflow == Overflow::wrap || config_.rounding == Rounding::stochastic;
  const uint64_t key = config_.rounding != Rounding::stochastic ? 0
                       : context.random                         ? context.random->next()
                                                                : stream_hash(0, context.tensor);
  const auto part = [&](int64_t first, int64_t end) {
    return scalar ? quantize_scalar(config_, g, in, out, first, end, key)
                  : quantize_fixed(g, in + first, out + first, end - first);
  };
  if (count < kThreadAbove) return part(0, count);
  std::atomic<bool> nan = false;
  at::parallel_for(0, count, kGrain, [&](int64_t first, int64_t end) {
    if (part(first, end)) nan = true;
  });
  return nan;
}

at::Tensor Integer::quantize(const at::Tensor& x, const QuantizeContext& context) const {
  const bool single = is_float(x);
  // A draw belongs to a place in the tensor, not in memory.
  const bool dense = config_.rounding == Rounding::stochastic ? x.is_contiguous() : x.is_non_overlapping_and_dense();
  const at::Tensor in = dense ? x : x.contiguous();
  at::Tensor out = output_like(in);
  const bool nan = single ? fill<float>(in, out, context) : fill<double>(in, out, context);
  if (nan && config_.nan == NanPolicy::error) refuse_nan(context);
  return out;
}

// The codes of quantized values. Returns false when one has no code: a NaN, or a limit that MASE's rule
// rounded up.
template <class T>
bool Integer::to_codes(const at::Tensor& values, int64_t* codes) const {
  const T* in = values.const_data_ptr<T>();
  const T scale = grid<T>().scale;
  const int64_t count = values.numel();
  const bool fits = config_.rule == Rule::standard && config_.nan == NanPolicy::error;
  if (fits && (config_.is_signed || config_.width < 64)) {
    for (int64_t i = 0; i < count; ++i) codes[i] = static_cast<int64_t>(in[i] * scale);
    return true;
  }
  const Limits limits = limits_of(fields(config_));
  bool good = true;
  for (int64_t i = 0; i < count; ++i) {
    const T n = in[i] * scale, magnitude = n < 0 ? -n : n;
    const uint64_t code = magnitude < T(0x1p64) ? static_cast<uint64_t>(magnitude) : 0;
    good &= magnitude < T(0x1p64) && code <= (n < 0 ? limits.low : limits.high);
    codes[i] = static_cast<int64_t>(n < 0 ? 0 - code : code);
  }
  return good;
}

Codes Integer::encode(const at::Tensor& x, const QuantizeContext& context) const {
  const at::Tensor values = quantize(x.is_contiguous() ? x : x.contiguous(), context);
  Codes codes;
  codes.elements = at::Tensor(at::detail::empty_cpu(values.sizes(), at::kLong));
  codes.point = fixed_point();
  int64_t* out = codes.elements.mutable_data_ptr<int64_t>();
  const bool good = values.scalar_type() == at::kFloat ? to_codes<float>(values, out) : to_codes<double>(values, out);
  if (!good)
    throw Error(format("{} has values that no code of {} carries (a NaN, or MASE's limit beyond the range)",
                       name_of(context), codes.point->str()),
                {}, "use rule: standard and nan: error");
  return codes;
}

at::Tensor Integer::decode(const Codes& codes) const {
  const at::Tensor elements = codes.elements.contiguous();
  at::Tensor out = at::Tensor(at::detail::empty_cpu(elements.sizes(), at::kDouble));
  const int64_t* in = elements.const_data_ptr<int64_t>();
  double* values = out.mutable_data_ptr<double>();
  for (int64_t i = 0; i < elements.numel(); ++i) {
    const double n = config_.is_signed ? static_cast<double>(in[i]) : static_cast<double>(static_cast<uint64_t>(in[i]));
    values[i] = n * grid64_.inverse;
  }
  return out;
}

int64_t Integer::bits(const Shape& shape) const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count * config_.width;
}

std::optional<FixedPoint> Integer::fixed_point() const {
  return FixedPoint{config_.width, config_.frac_width, config_.is_signed};
}

}  // namespace quant
}  // namespace mase
