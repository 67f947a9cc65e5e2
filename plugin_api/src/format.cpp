// Formats: the default gradient, and codes of binary grids.
#include "mase/format.h"

#include <ATen/ops/empty.h>

#include <cmath>

#include "mase/text.h"

namespace mase {

Tensors Format::backward(const at::Tensor& gradient, const at::Tensor&, const QuantizeContext& context) const {
  Tensors gradients(1 + context.parameters.size());  // undefined: no gradient
  gradients[0] = gradient;
  return gradients;
}

namespace {

struct CodeRange {
  int64_t low, high;
};

CodeRange code_range(const FixedPoint& point) {
  const int bits = point.width - (point.is_signed ? 1 : 0);
  const int64_t top = bits >= 63 ? INT64_MAX : (int64_t{1} << bits) - 1;
  return {point.is_signed ? -top - 1 : 0, top};
}

template <class T>
void encode(const T* from, int64_t* to, int64_t count, const FixedPoint& point) {
  const CodeRange range = code_range(point);
  // 2^62 and beyond are decided in floating point, where the conversion to int64 would be undefined.
  const double low = static_cast<double>(range.low), high = static_cast<double>(range.high);
  const double scale = std::ldexp(1.0, point.frac_width);
  for (int64_t i = 0; i < count; ++i) {
    const double scaled = static_cast<double>(from[i]) * scale;
    if (std::isnan(scaled))
      throw Error("found a value that is not a number, expected one that has a code in " + point.str());
    const double rounded = std::nearbyint(scaled);
    to[i] = rounded <= low ? range.low : rounded >= high ? range.high : static_cast<int64_t>(rounded);
  }
}

}  // namespace

at::Tensor to_codes(const at::Tensor& x, const FixedPoint& point) {
  const int widest = point.is_signed ? 64 : 63;  // codes are int64
  if (point.width < 1 || point.width > widest)
    throw Error(format("codes of {} bits, expected 1 to {}", point.width, widest));
  const at::Tensor source = x.contiguous();
  at::Tensor codes = at::empty(x.sizes(), at::TensorOptions().dtype(at::kLong));
  int64_t* to = codes.mutable_data_ptr<int64_t>();
  if (source.scalar_type() == at::kDouble)
    encode(source.const_data_ptr<double>(), to, source.numel(), point);
  else if (source.scalar_type() == at::kFloat)
    encode(source.const_data_ptr<float>(), to, source.numel(), point);
  else
    throw Error(std::string("found a tensor of ") + c10::toString(source.scalar_type()) +
                ", expected float32 or float64");
  return codes;
}

at::Tensor from_codes(const at::Tensor& codes, const FixedPoint& point) {
  const at::Tensor source = codes.contiguous();
  at::Tensor values = at::empty(codes.sizes(), at::TensorOptions().dtype(at::kDouble));
  const int64_t* from = source.const_data_ptr<int64_t>();
  double* to = values.mutable_data_ptr<double>();
  const double step = std::ldexp(1.0, -point.frac_width);
  for (int64_t i = 0, n = source.numel(); i < n; ++i) to[i] = static_cast<double>(from[i]) * step;
  return values;
}

}  // namespace mase
