// Tensors in the members of archives.
#pragma once
#include "archive.h"

namespace models {

// Sizes, strides and the first element's place count elements.
struct StridedPlace {
  std::string member;
  at::ScalarType type = at::kFloat;
  std::vector<int64_t> sizes, strides;
  int64_t offset = 0;
};

// Mapped where the elements lie one behind the other; errors name the tensor.
at::Tensor read_strided(const Archive& archive, const std::string& name, const StridedPlace& place);

}  // namespace models
