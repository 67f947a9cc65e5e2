// Losses and right answers: one definition for training, evaluation and every pass that trains.
#pragma once
#include "mase/graph.h"
#include "mase/tensor.h"

namespace mase {

enum class Loss { cross_entropy, mse, bce, bce_with_logits };
template <>
struct EnumNames<Loss> {
  static const std::vector<std::string>& names();
};

// The mean over a batch, with its gradient. Error when targets do not fit: class 7 of 5 outputs, another shape.
at::Tensor loss(Loss kind, const at::Tensor& output, const at::Tensor& target);

// The class of each row of [N, classes] outputs: the greatest one, the first of equals. With a single output per
// row, class 1 where it exceeds `threshold`. Without gradient and without tensors of its own.
std::vector<int64_t> predicted_classes(const at::Tensor& output, double threshold);
// How many of these equal the targets: class indices, or 0 and 1 as real numbers for a single output.
int64_t count_correct(const at::Tensor& output, const at::Tensor& target, double threshold);
// Where a single output turns to class 1: 0.5 behind a sigmoid, else 0 (a logit).
double decision_threshold(const Graph& graph);

}  // namespace mase
