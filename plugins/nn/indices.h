// Indices that come as tensors.
#pragma once
#include "nn.h"

namespace mase::nn {

enum class FromEnd { refused, counted };  // what a negative index means

// Indices below `count` as int64, none of them negative. Graph inputs are float32 unless the data says otherwise, so
// whole numbers in floats count as well. An Error names the first index that fits nowhere.
at::Tensor indices(const at::Tensor& x, int64_t count, FromEnd negative);

}  // namespace mase::nn
