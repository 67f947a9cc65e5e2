// The way of a tensor through an element format's kernel.
#include "element_format.h"

#include <ATen/EmptyTensor.h>
#include <ATen/Parallel.h>
#include <mase/text.h>

#include <atomic>

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
const std::vector<std::string>& EnumNames<quant::FloatOverflow>::names() {
  static const std::vector<std::string> names = {"saturate", "saturate_symmetric", "saturate_to_zero", "to_infinity"};
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

template <class T>
void clip(const T* gradient, const T* x, T low, T high, T* out, int64_t count) {
  for (int64_t i = 0; i < count; ++i) out[i] = x[i] >= low && x[i] <= high ? gradient[i] : T(0);
}

}  // namespace

void check_mase_rule(Rule rule, bool plain, const Value& v) {
  if (rule == Rule::mase && !plain)
    throw Error("rule: mase rounds to nearest_even and saturates, nothing else", v.loc,
                "leave out rule, or rounding and overflow");
}

bool is_single(const at::Tensor& x, std::string_view name) {
  if (!x.defined() || !x.is_cpu()) throw Error(format("{}: expected a tensor in main memory", name));
  if (x.scalar_type() == at::kFloat) return true;
  if (x.scalar_type() == at::kDouble) return false;
  throw Error(format("{}: found a tensor of {}, expected float32 or float64", name, c10::toString(x.scalar_type())));
}

// Without the dispatcher's round trip.
at::Tensor output_like(const at::Tensor& x) {
  return at::Tensor(at::detail::empty_strided_cpu(x.sizes(), x.strides(), x.scalar_type()));
}
at::Tensor empty_tensor(at::IntArrayRef sizes, at::ScalarType type) {
  return at::Tensor(at::detail::empty_cpu(sizes, type));
}

uint64_t draw_key(const QuantizeContext& context) {
  return context.random ? context.random->next() : stream_hash(0, context.tensor);
}

std::string name_of(const QuantizeContext& context) {
  return context.tensor.empty() ? "a tensor" : std::string(context.tensor);
}

void refuse_nan(const QuantizeContext& context, std::string_view name) {
  throw Error(format("{} holds a NaN, which {} cannot represent", name_of(context), name), {},
              "find out where it comes from, or set nan: propagate");
}

bool share_out(int64_t count, const std::function<bool(int64_t, int64_t)>& part) {
  if (count < kThreadAbove) return part(0, count);
  std::atomic<bool> any = false;
  at::parallel_for(0, count, kGrain, [&](int64_t first, int64_t end) {
    if (part(first, end)) any = true;
  });
  return any;
}

at::Tensor clipped_gradient(const at::Tensor& gradient, const at::Tensor& x, double low, double high) {
  const at::Tensor g = gradient.contiguous(), values = x.contiguous();
  at::Tensor out = empty_tensor(g.sizes(), g.scalar_type());
  if (g.scalar_type() == at::kFloat)
    clip(g.const_data_ptr<float>(), values.const_data_ptr<float>(), static_cast<float>(low), static_cast<float>(high),
         out.mutable_data_ptr<float>(), g.numel());
  else
    clip(g.const_data_ptr<double>(), values.const_data_ptr<double>(), low, high, out.mutable_data_ptr<double>(),
         g.numel());
  return out;
}

at::Tensor ElementFormat::quantize(const at::Tensor& x, const QuantizeContext& context) const {
  const bool single = is_single(x, name_);
  if (before_epoch(common_, context)) return x;
  // A draw belongs to a place in the tensor, not in memory.
  const bool dense = draws() ? x.is_contiguous() : x.is_non_overlapping_and_dense();
  const at::Tensor in = dense ? x : x.contiguous();
  at::Tensor out = output_like(in);
  const uint64_t key = draws() ? draw_key(context) : 0;
  const Isa isa = best_isa();
  const auto quantize_parts = [&](auto from, auto to) {
    return share_out(in.numel(), [&](int64_t first, int64_t end) {
      return fill(from + first, to + first, {first, end - first, key, isa});
    });
  };
  const bool nan = single ? quantize_parts(in.const_data_ptr<float>(), out.mutable_data_ptr<float>())
                          : quantize_parts(in.const_data_ptr<double>(), out.mutable_data_ptr<double>());
  if (nan && common_.nan == NanPolicy::error) refuse_nan(context, name_);
  return out;
}

Codes ElementFormat::encode(const at::Tensor& x, const QuantizeContext& context) const {
  QuantizeContext now = context;
  now.training = false;  // codes exist at every epoch
  const at::Tensor values = quantize(x.is_contiguous() ? x : x.contiguous(), now);
  Codes codes;
  codes.elements = empty_tensor(values.sizes(), at::kLong);
  codes.point = fixed_point();
  int64_t* out = codes.elements.mutable_data_ptr<int64_t>();
  const auto encode_all = [&](auto in) {
    for (int64_t i = 0; i < values.numel(); ++i) {
      const auto found = code(static_cast<double>(in[i]));
      if (!found)
        throw Error(format("{} has the value {}, which no code of {} carries", name_of(context), in[i],
                           codes.point ? codes.point->str() : name_),
                    {}, "use rule: standard and nan: error");
      out[i] = *found;
    }
  };
  if (values.scalar_type() == at::kFloat)
    encode_all(values.const_data_ptr<float>());
  else
    encode_all(values.const_data_ptr<double>());
  return codes;
}

at::Tensor ElementFormat::decode(const Codes& codes) const {
  const at::Tensor elements = codes.elements.contiguous();
  at::Tensor out = empty_tensor(elements.sizes(), at::kDouble);
  const int64_t* in = elements.const_data_ptr<int64_t>();
  double* values = out.mutable_data_ptr<double>();
  for (int64_t i = 0; i < elements.numel(); ++i) values[i] = value(in[i]);
  return out;
}

Tensors ElementFormat::backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const {
  if (!common_.clip_gradient || before_epoch(common_, context)) return Format::backward(gradient, x, context);
  const Range limits = range();
  Tensors gradients(1 + context.parameters.size());
  gradients[0] = clipped_gradient(gradient, x, limits.low, limits.high);
  return gradients;
}

}  // namespace quant
}  // namespace mase
