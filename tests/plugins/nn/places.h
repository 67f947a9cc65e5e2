// Every place of a tensor, for tests that compute where an element comes from.
#pragma once
#include <ATen/ops/arange.h>

#include "one_op.h"

namespace test {

inline double value_at(const at::Tensor& t, const Shape& place) {
  const at::Tensor d = t.to(at::kDouble).contiguous();
  int64_t index = 0;
  for (size_t axis = 0; axis < place.size(); ++axis) index = index * t.size(static_cast<int64_t>(axis)) + place[axis];
  return d.const_data_ptr<double>()[index];
}

// 0, 1, 2, ...: every element tells where it stood.
inline at::Tensor numbered(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return at::arange(static_cast<float>(count)).view(shape);
}

// The greatest difference of `y` to expected(place), over all places; `shape` is what y should have.
template <class Expected>
double worst_place(const at::Tensor& y, const Shape& shape, const Expected& expected) {
  REQUIRE(shape_of(y) == shape);
  const at::Tensor d = y.to(at::kDouble).contiguous();
  double worst = 0;
  Shape place(shape.size());
  for (int64_t i = 0; i < d.numel(); ++i) {
    int64_t rest = i;
    for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) place[axis] = rest % shape[axis];
    worst = std::max(worst, std::abs(d.const_data_ptr<double>()[i] - static_cast<double>(expected(place))));
  }
  return worst;
}

// The message with which an operator refuses these inputs.
inline std::string refusal(const char* name, const Map& with, const Tensors& inputs) {
  return error_of([&] {
    std::vector<Shape> shapes;
    for (const at::Tensor& x : inputs) shapes.push_back(shape_of(x));
    OneOp(name, with, shapes).run(inputs);
  });
}

inline void check_pass_through(const char* name, const Map& with) {
  CHECK(OneOp(name, with, {{1, 1}}).grid({FixedPoint{8, 4, true}}) == FixedPoint{8, 4, true});
  CHECK_FALSE(OneOp(name, with, {{1, 1}}).grid({std::nullopt}));
}

}  // namespace test
