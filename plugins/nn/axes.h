// What operators on axes share: axes that count from the end, and refusals that name the shape.
#pragma once
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

inline int64_t size_at(const Shape& shape, int64_t axis) { return shape[static_cast<size_t>(axis)]; }

}  // namespace mase::nn
