// Arrays in NumPy's format.
#pragma once
#include <string>
#include <string_view>

#include "mase/tensor.h"

namespace data {

// The array in `bytes`, the content of a .npy file; errors name `file`.
at::Tensor parse_npy(std::string_view bytes, const std::string& file);

}  // namespace data
