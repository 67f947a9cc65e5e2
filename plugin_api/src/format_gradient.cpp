// A format's quantize() and backward() as one autograd function. Alone in this file: the header is a slow one.
#include <torch/csrc/autograd/custom_function.h>

#include "mase/format.h"

namespace mase {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What backward needs besides tensors. It lives in the graph of one training step, no longer.
struct Quantization : torch::CustomClassHolder {
  std::shared_ptr<const Format> format;
  QuantizeContext context;
  std::string tensor;
};

struct Quantize : torch::autograd::Function<Quantize> {
  // Trainable parameters are arguments of their own, so that autograd sees them.
  static at::Tensor forward(AutogradContext* saved, const at::Tensor& x, at::TensorList parameters,
                            const c10::intrusive_ptr<Quantization>& quantization) {
    saved->saved_data["quantization"] = c10::IValue::make_capsule(quantization);
    variable_list tensors{x};
    tensors.insert(tensors.end(), parameters.begin(), parameters.end());
    saved->save_for_backward(std::move(tensors));
    QuantizeContext context = quantization->context;
    context.parameters.assign(parameters.begin(), parameters.end());
    at::Tensor result = quantization->format->quantize(x, context);
    return result.is_same(x) ? x.alias() : result;
  }

  static variable_list backward(AutogradContext* saved, const variable_list& gradients) {
    const auto holder = saved->saved_data["quantization"].toCapsule();
    const auto& quantization = static_cast<const Quantization&>(*holder);
    variable_list tensors = saved->get_saved_variables();
    QuantizeContext context = quantization.context;
    context.parameters.assign(tensors.begin() + 1, tensors.end());
    const Tensors computed = quantization.format->backward(gradients[0], tensors[0], context);
    if (computed.size() != tensors.size())
      throw Error("the format of '" + quantization.tensor + "' returned " + std::to_string(computed.size()) +
                  " gradients, expected " + std::to_string(tensors.size()));
    variable_list result(computed.begin(), computed.end());
    result.emplace_back();  // none for the quantization itself
    return result;
  }
};

}  // namespace

at::Tensor quantize_with_gradient(std::shared_ptr<const Format> format, const at::Tensor& x,
                                  const QuantizeContext& context) {
  bool needed = x.requires_grad();
  for (const at::Tensor& p : context.parameters) needed = needed || p.requires_grad();
  if (!needed || !c10::GradMode::is_enabled()) return format->quantize(x, context);
  auto quantization = c10::make_intrusive<Quantization>();
  quantization->format = std::move(format);
  quantization->tensor = context.tensor;
  quantization->context = context;
  quantization->context.tensor = quantization->tensor;
  // Forward draws from the caller's stream; backward may run after its owner has gone.
  at::Tensor result = Quantize::apply(x, at::TensorList(context.parameters), quantization);
  quantization->context.random = nullptr;
  return result;
}

}  // namespace mase
