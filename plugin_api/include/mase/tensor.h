// Tensors: LibTorch's, and the few helpers that keep graph tensors shared copy-on-write.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "mase/random.h"

namespace mase {

using Tensors = std::vector<at::Tensor>;
using Shape = std::vector<int64_t>;

// A tensor that shares memory with `t` until either side is written (at::_lazy_clone, 0.1 us).
// Kernels must read through const_data_ptr: data_ptr un-shares.
at::Tensor lazy_clone(const at::Tensor& t);

at::Generator torch_generator(const Random& random);  // LibTorch's, for the stream

inline Shape shape_of(const at::Tensor& t) { return Shape(t.sizes().begin(), t.sizes().end()); }

}  // namespace mase
