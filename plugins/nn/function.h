// Operators that are one function of LibTorch, applied to each element of one input or of two.
#pragma once
#include "nn.h"

namespace mase::nn {

template <at::Tensor (*kFunction)(const at::Tensor&)>
class Unary : public Elementwise {
 public:
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override { return {kFunction(inputs[0])}; }
};

// Either input may be a number: the executor makes it a tensor without axes.
template <at::Tensor (*kFunction)(const at::Tensor&, const at::Tensor&)>
class Binary : public Elementwise {
 public:
  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {kFunction(inputs[0], inputs[1])};
  }
};

}  // namespace mase::nn
