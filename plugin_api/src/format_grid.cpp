// The accumulator's grid as a format: nearest value, ties to even, no bounds.
#include <ATen/ops/empty_like.h>

#include <cmath>

#include "executor_plan.h"

namespace mase {
namespace {

class GridFormat final : public Format {
 public:
  explicit GridFormat(const FixedPoint& grid) : grid_(grid) {}

  at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const override {
    const at::Tensor source = x.contiguous();
    at::Tensor result = at::empty_like(source);
    if (source.scalar_type() == at::kDouble)
      round<double>(source, result, context);
    else
      round<float>(source, result, context);
    return result;
  }
  Codes encode(const at::Tensor& x, const QuantizeContext&) const override {
    Codes codes;
    codes.elements = to_codes(x, grid_);
    codes.point = grid_;
    return codes;
  }
  at::Tensor decode(const Codes& codes) const override { return from_codes(codes.elements, grid_); }
  int64_t bits(const Shape& shape) const override {
    int64_t count = 1;
    for (const int64_t n : shape) count *= n;
    return count * grid_.width;
  }
  std::vector<int64_t> precision() const override { return {grid_.width, grid_.frac_width}; }
  std::optional<FixedPoint> fixed_point() const override { return grid_; }

 private:
  // In double, where neither the scale nor its inverse leaves the range; the result is exact in T again.
  template <class T>
  void round(const at::Tensor& source, at::Tensor& result, const QuantizeContext& context) const {
    const double scale = std::ldexp(1.0, grid_.frac_width), step = std::ldexp(1.0, -grid_.frac_width);
    const T* from = source.const_data_ptr<T>();
    T* to = result.mutable_data_ptr<T>();
    for (int64_t i = 0, n = source.numel(); i < n; ++i) {
      if (!std::isfinite(from[i]))
        throw Error("'" + std::string(context.tensor) + "' holds a value that is not finite");
      // Adding zero makes -0, which no code can carry, +0.
      to[i] = static_cast<T>(std::nearbyint(static_cast<double>(from[i]) * scale) * step + 0.0);
    }
  }
  FixedPoint grid_;
};

}  // namespace

std::shared_ptr<const Format> grid_format(const FixedPoint& grid) { return std::make_shared<GridFormat>(grid); }

}  // namespace mase
