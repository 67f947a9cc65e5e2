// What operators on axes share: axes that count from the end, and refusals that name the shape.
#pragma once
#include <algorithm>

#include "nn.h"

namespace mase::nn {

// The axis that `dim` names in a tensor of this shape, counted from 0; negative ones count from the end.
inline int64_t axis_at(int64_t dim, const Shape& shape, const char* field) {
  const auto rank = static_cast<int64_t>(shape.size());
  if (dim >= -rank && dim < rank) return dim < 0 ? dim + rank : dim;
  throw Error(std::string(field) + " names the axis " + std::to_string(dim) + ", but the input's shape is " +
              Value(shape).json() + ", expected an axis from " + std::to_string(-rank) + " to " +
              std::to_string(rank - 1));
}

// The same for several axes, each of which may stand once.
inline Shape axes_at(const std::vector<int64_t>& dims, const Shape& shape, const char* field) {
  Shape axes;
  std::vector<bool> seen(shape.size());
  for (const int64_t dim : dims) {
    axes.push_back(axis_at(dim, shape, field));
    if (seen[static_cast<size_t>(axes.back())])
      throw Error(std::string(field) + " is " + Value(dims).json() + ", which names the axis " + std::to_string(dim) +
                  " twice");
    seen[static_cast<size_t>(axes.back())] = true;
  }
  return axes;
}

// The same where a number has one axis to speak of, as PyTorch's reductions see it.
inline int64_t axis_from(int64_t dim, const Shape& shape) {
  return shape.empty() && (dim == 0 || dim == -1) ? 0 : axis_at(dim, shape, "dim");
}

// The axes `dims`, or all when there are none, in ascending order.
inline Shape axes_from(const std::vector<int64_t>& dims, const Shape& shape) {
  Shape axes;
  for (const int64_t dim : dims) axes.push_back(axis_from(dim, shape));
  for (int64_t i = 0; dims.empty() && i < static_cast<int64_t>(shape.size()); ++i) axes.push_back(i);
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    throw Error("dim " + Value(dims).json() + " names an axis twice");
  return axes;
}

inline int64_t size_at(const Shape& shape, int64_t axis) { return shape[static_cast<size_t>(axis)]; }

// Refuses another shape that does not hold the same elements; one of its sizes may be -1.
inline void expect_same_elements(const Shape& from, const Shape& to) {
  uint64_t have = 1, want = 1;  // unsigned: sizes of a recipe may have any product
  bool is_open = false, is_huge = false;
  for (const int64_t size : from) have *= static_cast<uint64_t>(size);
  for (const int64_t size : to) {
    is_open = is_open || size == -1;
    is_huge = __builtin_mul_overflow(want, static_cast<uint64_t>(size == -1 ? 1 : size), &want) || is_huge;
  }
  if (!is_huge && (have == want || (is_open && want > 0 && have % want == 0))) return;
  throw Error("shape is " + Value(to).json() + ", which does not hold the elements of the input's shape " +
              Value(from).json());
}

}  // namespace mase::nn
