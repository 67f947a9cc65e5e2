// Executor: running the steps in float32 (evaluation and training) and in float64 (the witness).
#include <ATen/core/LegacyTypeDispatch.h>
#include <c10/core/GradMode.h>

#include <optional>

#include "executor_plan.h"
#include "mase/text.h"

namespace mase {

at::Tensor Executor::Plan::cast(Caster& caster, const at::Tensor& value) {
  const at::Tensor x = value.is_floating_point() ? value : value.to(floating());  // formats read floating point
  if (!options.training) return caster.format->quantize(x, caster.context);
  for (size_t i = 0; i < caster.keys.size(); ++i) caster.context.parameters[i] = graph.tensor(caster.keys[i]);
  return quantize_with_gradient(caster.format, x, caster.context);
}

at::ScalarType Executor::Plan::floating() const {
  return options.arithmetic == Arithmetic::float32 ? at::kFloat : at::kDouble;
}

at::Tensor Executor::Plan::parameter(const PlanStep& step, const StepParameter& p) {
  at::Tensor tensor = graph.tensor(p.parameter->key);
  if (options.arithmetic == Arithmetic::float64 && tensor.is_floating_point()) tensor = tensor.to(at::kDouble);
  return p.caster ? cast(*p.caster, tensor) : tensor;
}

Tensors Executor::Plan::compute(PlanStep& step, const Tensors& inputs) {
  const Node& node = *step.node;
  if (node.op_kind == OpKind::placeholder) {
    const at::Tensor& x = inputs[step.place];
    return {x.is_floating_point() && x.scalar_type() != floating() ? x.to(floating()) : x};
  }
  if (node.op_kind == OpKind::get_attr) {
    const at::Tensor& x = graph.tensor(node.params.empty() ? node.target : node.params[0].key);
    return {options.arithmetic == Arithmetic::float64 && x.is_floating_point() ? x.to(at::kDouble) : x};
  }
  step.gathered.clear();
  for (StepInput& input : step.inputs) {
    if (!input.constant.defined() && input.result >= values[input.node].size())
      throw Error(format("there is no result {} of node '{}', which has {}", input.result, steps[input.node].node->name,
                         values[input.node].size()));
    const at::Tensor& x = input.constant.defined() ? input.constant : values[input.node][input.result];
    step.gathered.push_back(input.caster ? cast(*input.caster, x) : x);
  }
  if (!step.op) return step.gathered;  // the output
  if (options.training) {
    step.tensors.clear();
    for (const StepParameter& p : step.params) step.tensors.push_back(parameter(step, p));
  }
  Tensors results = step.op->forward(step.gathered, step.tensors, step.context);
  if (options.arithmetic != Arithmetic::float64) return results;
  // Functions of integers give float32; the witness goes on in double.
  for (at::Tensor& result : results)
    if (result.is_floating_point() && result.scalar_type() != at::kDouble) result = result.to(at::kDouble);
  return results;
}

Tensors Executor::Plan::run_floating(const Tensors& inputs) {
  std::optional<c10::AutoGradMode> no_gradients;
  std::optional<at::AutoDispatchBelowADInplaceOrView> no_autograd;
  if (!options.training) no_gradients.emplace(false), no_autograd.emplace();
  Tensors outputs;
  for (size_t i = 0; i < steps.size(); ++i) {
    PlanStep& step = steps[i];
    at_node(
        *step.node,
        [&] {
          values[i] = compute(step, inputs);
          const size_t casts = std::min(step.results.size(), values[i].size());
          for (size_t r = 0; r < casts; ++r)
            if (step.results[r]) values[i][r] = cast(*step.results[r], values[i][r]);
        },
        step.gathered, step.tensors);
    if (observer) observer(*step.node, values[i]);
    step.gathered.clear();
    if (step.node->op_kind == OpKind::output) outputs = std::move(values[i]);
    for (const size_t done : step.release) values[done].clear();
  }
  return outputs;
}

}  // namespace mase
