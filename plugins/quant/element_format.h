// What all formats share: common fields, and the way of a tensor through a kernel. A format's own file holds its
// fields, its functor, its codes and its metadata.
#pragma once
#include <mase/format.h>

#include <functional>

#include "kernel.h"

namespace mase {

namespace quant {
enum class Rounding {
  nearest_even,
  floor,
  toward_zero,
  nearest_away,
  ceil,
  nearest_toward_zero,
  nearest_up,
  nearest_down,
  away_from_zero,
  stochastic
};
enum class Overflow { saturate, saturate_symmetric, saturate_to_zero, wrap };
// Of floating-point elements. Their range is symmetric, and nothing wraps around.
enum class FloatOverflow { saturate, saturate_symmetric, saturate_to_zero, to_infinity };
enum class NanPolicy { error, propagate };
enum class Rule { standard, mase };
}  // namespace quant

#define MASE_QUANT_NAMES(Enumeration)               \
  template <>                                       \
  struct EnumNames<quant::Enumeration> {            \
    static const std::vector<std::string>& names(); \
  }
MASE_QUANT_NAMES(Rounding);
MASE_QUANT_NAMES(Overflow);
MASE_QUANT_NAMES(FloatOverflow);
MASE_QUANT_NAMES(NanPolicy);
MASE_QUANT_NAMES(Rule);
#undef MASE_QUANT_NAMES

namespace quant {

// Fields of every format; a Config derives from them.
struct CommonFields {
  bool clip_gradient = false;
  int64_t quantize_from_epoch = 0;
  NanPolicy nan = NanPolicy::error;
};
template <class C>
void common_fields(Schema<C>& s) {
  s.field("clip_gradient", &C::clip_gradient, "no gradient where a value lies beyond the range");
  s.field("quantize_from_epoch", &C::quantize_from_epoch, "training before this epoch leaves values as they are")
      .min(0)
      .unit("epochs");
  s.field("nan", &C::nan, "what a NaN does: stop with an error, or stay one");
}
template <class C>
void rounding_fields(Schema<C>& s) {
  s.field("rounding", &C::rounding, "which neighbour a value between two numbers becomes");
  s.field("overflow", &C::overflow, "what a value beyond the range becomes");
}
template <class C>
void rule_field(Schema<C>& s) {
  s.field("rule", &C::rule, "standard, or mase: MASE's results to the bit, with all of its quirks");
}
// rule: mase has nothing to choose: MASE rounds and limits in one way.
void check_mase_rule(Rule rule, bool plain, const Value& v);

// ---- Tensors -------------------------------------------------------------------------------------------------

// Whether `x` is of float32; an Error in the name of `format` unless it is of float32 or float64 in main memory.
bool is_single(const at::Tensor& x, std::string_view format);
at::Tensor output_like(const at::Tensor& x);                     // of the same strides, not initialised
at::Tensor empty_tensor(at::IntArrayRef sizes, at::ScalarType);  // contiguous, not initialised
// The key of this call's draws: the next number of the context's stream.
uint64_t draw_key(const QuantizeContext& context);
std::string name_of(const QuantizeContext& context);  // "fc1.weight" or "a tensor"
[[noreturn]] void refuse_nan(const QuantizeContext& context, std::string_view format);
// Work on [0, count) in parts, by several threads if there is enough; whether a part returned true.
bool share_out(int64_t count, const std::function<bool(int64_t first, int64_t end)>& part);
inline bool before_epoch(const CommonFields& f, const QuantizeContext& c) {
  return c.training && c.epoch < f.quantize_from_epoch;
}
// The gradient where low <= x <= high, zero elsewhere.
at::Tensor clipped_gradient(const at::Tensor& gradient, const at::Tensor& x, double low, double high);
inline int64_t count_of(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// ---- Element formats -----------------------------------------------------------------------------------------

// One stretch of a tensor: `first` is its place in the tensor, for draws.
struct Part {
  int64_t first, count;
  uint64_t key;
  Isa isa;
};
template <class T, class F>
bool run(const F& f, const T* x, T* y, const Part& part) {
  return run(f, x, y, part.count, part.isa);
}
template <class T, class F>
bool run_drawing(const F& f, const T* x, T* y, const Part& part) {
  return run_drawing(f, x, y, part.count, part.first, part.key);
}

// A format in which every number is quantized by itself.
class ElementFormat : public Format {
 public:
  ElementFormat(const char* name, const CommonFields& common) : name_(name), common_(common) {}

  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override;
  Codes encode(const at::Tensor& x, const QuantizeContext& context) const override;
  at::Tensor decode(const Codes& codes) const override;
  int64_t bits(const Shape& shape) const override { return count_of(shape) * width(); }
  Tensors backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const override;

 protected:
  struct Range {
    double low, high;  // the outermost values
  };
  // Quantizes `part.count` numbers; whether there was a NaN among them.
  virtual bool fill(const float* x, float* y, const Part& part) const = 0;
  virtual bool fill(const double* x, double* y, const Part& part) const = 0;
  virtual bool draws() const { return false; }  // stochastic
  // The code of a value of the format; nothing where no code carries it.
  virtual std::optional<int64_t> code(double value) const = 0;
  virtual double value(int64_t code) const = 0;
  virtual int width() const = 0;
  virtual Range range() const = 0;

  const char* name() const { return name_; }

 private:
  const char* name_;
  CommonFields common_;
};

}  // namespace quant
}  // namespace mase
