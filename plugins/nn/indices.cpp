// Indices that come as tensors: checked one by one, because LibTorch's kernels do not all check them.
#include "indices.h"

#include <ATen/ops/empty.h>

#include <cmath>

namespace mase::nn {
namespace {

std::string text_of(double index) { return Value(index).json(); }
std::string text_of(int64_t index) { return std::to_string(index); }

template <class T>
at::Tensor whole_numbers(const at::Tensor& x, int64_t count, int64_t least) {
  const at::Tensor from = x.contiguous();
  at::Tensor to = at::empty(x.sizes(), at::TensorOptions().dtype(at::kLong));
  const T* in = from.const_data_ptr<T>();
  int64_t* out = to.mutable_data_ptr<int64_t>();
  for (int64_t i = 0; i < from.numel(); ++i) {
    const auto index = static_cast<double>(in[i]);
    if (!(index >= static_cast<double>(least) && index < static_cast<double>(count) && std::trunc(index) == index))
      throw Error("found the index " +
                  text_of(static_cast<std::conditional_t<std::is_integral_v<T>, int64_t, double>>(in[i])) +
                  ", expected an integer in [" + std::to_string(least) + ", " + std::to_string(count - 1) + "]");
    const auto whole = static_cast<int64_t>(in[i]);
    out[i] = whole < 0 ? whole + count : whole;
  }
  return to;
}

}  // namespace

at::Tensor indices(const at::Tensor& x, int64_t count, FromEnd negative) {
  const int64_t least = negative == FromEnd::counted ? -count : 0;
  switch (x.scalar_type()) {
    case at::kLong:
      return whole_numbers<int64_t>(x, count, least);
    case at::kInt:
      return whole_numbers<int32_t>(x, count, least);
    case at::kShort:
      return whole_numbers<int16_t>(x, count, least);
    case at::kChar:
      return whole_numbers<int8_t>(x, count, least);
    case at::kByte:
      return whole_numbers<uint8_t>(x, count, least);
    case at::kFloat:
      return whole_numbers<float>(x, count, least);
    case at::kDouble:
      return whole_numbers<double>(x, count, least);
    default:
      throw Error(std::string("found indices of type ") + c10::toString(x.scalar_type()) + ", expected integers");
  }
}

}  // namespace mase::nn
