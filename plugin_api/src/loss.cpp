// Losses and right answers.
#include "mase/loss.h"

#include <ATen/ops/binary_cross_entropy.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/mse_loss.h>

#include "mase/text.h"

namespace mase {
namespace {

std::string shape_text(const at::Tensor& t) {
  std::string text;
  for (const int64_t n : t.sizes()) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return "[" + text + "]";
}

void check_rows(const at::Tensor& output, const at::Tensor& target) {
  if (output.dim() < 1 || target.dim() < 1 || output.size(0) != target.size(0))
    throw Error(format("outputs {} and targets {} differ in rows", shape_text(output), shape_text(target)));
}

at::Tensor cross_entropy(const at::Tensor& output, const at::Tensor& target) {
  if (target.scalar_type() != at::kLong)
    throw Error("cross_entropy needs class indices as targets, found real numbers", {}, "take mse or bce");
  if (output.dim() < 2 || output.size(1) < 2)
    throw Error(format("cross_entropy needs one output per class, found outputs {}", shape_text(output)), {},
                "take bce_with_logits for a single output");
  const at::Tensor labels = target.contiguous();
  const int64_t* label = labels.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < labels.numel(); ++i)
    if (label[i] < 0 || label[i] >= output.size(1))
      throw Error(format("a target is class {}, but the model has {} outputs", label[i], output.size(1)), {},
                  "widen the last layer, or check the labels");
  return at::cross_entropy_loss(output, labels);
}

// Targets as real numbers in the output's shape; [N] fits [N, 1].
at::Tensor values_like(const at::Tensor& output, const at::Tensor& target) {
  if (target.numel() != output.numel())
    throw Error(format("outputs {} and targets {} differ in shape", shape_text(output), shape_text(target)), {},
                target.scalar_type() == at::kLong ? "take cross_entropy for class indices" : "");
  return target.to(output.scalar_type()).view(output.sizes());
}

at::Tensor probabilities(const at::Tensor& output, const char* name, const char* hint) {
  const at::Tensor flat = output.contiguous();
  const auto inside = [&](auto* p) {
    for (int64_t i = 0; i < flat.numel(); ++i)
      if (p[i] < 0 || p[i] > 1) throw Error(format("bce needs {} in [0, 1], found {}", name, p[i]), {}, hint);
  };
  if (flat.scalar_type() == at::kDouble)
    inside(flat.const_data_ptr<double>());
  else if (flat.scalar_type() == at::kFloat)
    inside(flat.const_data_ptr<float>());
  return output;
}

template <class T>
void argmax_rows(const T* row, int64_t rows, int64_t classes, double threshold, int64_t* out) {
  for (int64_t i = 0; i < rows; ++i, row += classes) {
    if (classes == 1) {
      out[i] = static_cast<double>(row[0]) > threshold;
      continue;
    }
    int64_t best = 0;
    for (int64_t k = 1; k < classes; ++k)
      if (row[k] > row[best]) best = k;
    out[i] = best;
  }
}

}  // namespace

const std::vector<std::string>& EnumNames<Loss>::names() {
  static const std::vector<std::string> names{"cross_entropy", "mse", "bce", "bce_with_logits"};
  return names;
}

at::Tensor loss(Loss kind, const at::Tensor& output, const at::Tensor& target) {
  check_rows(output, target);
  switch (kind) {
    case Loss::cross_entropy:
      return cross_entropy(output, target);
    case Loss::mse:
      return at::mse_loss(output, values_like(output, target));
    case Loss::bce: {
      const at::Tensor wanted = probabilities(values_like(output, target), "targets", "");
      return at::binary_cross_entropy(probabilities(output, "outputs", "take bce_with_logits, or end with a sigmoid"),
                                      wanted);
    }
    case Loss::bce_with_logits: {
      const at::Tensor wanted = probabilities(values_like(output, target), "targets", "");
      return at::binary_cross_entropy_with_logits(output, wanted);
    }
  }
  throw Error("unknown loss");
}

std::vector<int64_t> predicted_classes(const at::Tensor& output, double threshold) {
  if (output.dim() < 1 || output.dim() > 2)
    throw Error(format("outputs {}, expected one row of classes per sample", shape_text(output)));
  const at::Tensor o = output.contiguous();
  const int64_t rows = o.size(0), classes = o.dim() == 2 ? o.size(1) : 1;
  std::vector<int64_t> out(static_cast<size_t>(rows));
  if (o.scalar_type() == at::kFloat)
    argmax_rows(o.const_data_ptr<float>(), rows, classes, threshold, out.data());
  else if (o.scalar_type() == at::kDouble)
    argmax_rows(o.const_data_ptr<double>(), rows, classes, threshold, out.data());
  else
    throw Error(format("outputs of type {}, expected real numbers", c10::toString(o.scalar_type())));
  return out;
}

int64_t count_correct(const at::Tensor& output, const at::Tensor& target, double threshold) {
  check_rows(output, target);
  if (target.numel() != target.size(0))
    throw Error(format("targets {} are not classes", shape_text(target)), {}, "accuracy needs one class per sample");
  const std::vector<int64_t> predicted = predicted_classes(output, threshold);
  const at::Tensor t = target.contiguous();
  int64_t correct = 0;
  if (t.scalar_type() == at::kLong) {
    const int64_t* label = t.const_data_ptr<int64_t>();
    for (size_t i = 0; i < predicted.size(); ++i) correct += predicted[i] == label[i];
    return correct;
  }
  if (output.numel() != output.size(0) || t.scalar_type() != at::kFloat)
    throw Error("targets are real numbers, expected class indices", {}, "accuracy has no meaning for regression");
  const float* value = t.const_data_ptr<float>();
  for (size_t i = 0; i < predicted.size(); ++i) correct += predicted[i] == (value[i] > 0.5f);
  return correct;
}

double decision_threshold(const Graph& graph) {
  const Node& output = graph.output();
  const bool sigmoid = !output.args.empty() && output.args[0].node && output.args[0].node->mase_op == "sigmoid";
  return sigmoid ? 0.5 : 0.0;
}

}  // namespace mase
