// Fresh parameters.
#include <ATen/ops/empty.h>

#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

at::Tensor uniform(const Shape& shape, double bound, Random& random) {
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kFloat));
  float* data = tensor.mutable_data_ptr<float>();
  for (int64_t i = 0, n = tensor.numel(); i < n; ++i)
    data[i] = static_cast<float>((2.0 * random.uniform() - 1.0) * bound);
  return tensor;
}

}  // namespace

Tensors uniform_parameters(const Shape& weight, bool bias, Random& random, int64_t outputs) {
  int64_t fan_in = 1;
  for (size_t i = 1; i < weight.size(); ++i) fan_in *= weight[i];
  // kaiming_uniform with a = sqrt(5) comes to this bound as well.
  const double bound = 1.0 / std::sqrt(static_cast<double>(std::max<int64_t>(fan_in, 1)));
  Tensors tensors{uniform(weight, bound, random)};
  if (bias) tensors.push_back(uniform({outputs ? outputs : weight[0]}, bound, random));
  return tensors;
}

}  // namespace mase::nn
