// Executor: running the steps on integer codes, each operator by the integer model of its generator.
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <cmath>

#include "executor_plan.h"
#include "mase/text.h"

namespace mase {
namespace {

constexpr int kWidest = 62;         // two more bits catch an overflow before int64 wraps
constexpr int kExactInDouble = 54;  // signed

// The values of codes as float64. Beyond 53 bits the lowest bit kept becomes one when anything is lost ("round to
// odd"), so that whatever rounds the result further decides as it would on the exact value.
at::Tensor decode_grid(const Codes& codes) {
  const FixedPoint& point = *codes.point;
  if (point.width <= kExactInDouble) return from_codes(codes.elements, point);
  const at::Tensor elements = codes.elements.contiguous();
  at::Tensor values = at::empty(elements.sizes(), at::TensorOptions().dtype(at::kDouble));
  const int64_t* from = elements.const_data_ptr<int64_t>();
  double* to = values.mutable_data_ptr<double>();
  for (int64_t i = 0, n = elements.numel(); i < n; ++i) {
    const uint64_t size = from[i] < 0 ? ~static_cast<uint64_t>(from[i]) : static_cast<uint64_t>(from[i]);
    const int excess = std::max(0, 11 - (size ? __builtin_clzll(size) : 64));
    int64_t kept = from[i] >> excess;
    if (from[i] & ((int64_t{1} << excess) - 1)) kept |= 1;
    to[i] = std::ldexp(static_cast<double>(kept), excess - point.frac_width);
  }
  return values;
}

at::Tensor decode(const IntegerValue& value) {
  if (value.raw.defined()) return value.raw;
  if (value.codes.point) return decode_grid(value.codes);
  if (value.format) return value.format->decode(value.codes);
  throw Error("found codes on no binary grid and no format that reads them");
}

// A cast from a wide grid is exact only while everything that rounding looks at fits into a double.
void check_cast(const Node& node, const TensorMeta& source, const Caster& caster) {
  const auto from = source.point(), to = caster.format->fixed_point();
  if (!from || !to || from->width <= kExactInDouble) return;
  constexpr int kBelowPoint = 51;
  if (from->width - from->frac_width + to->frac_width > kBelowPoint)
    throw Error(format("{}: {} comes in {} bits ({}) and cannot be cast exactly to {}", describe(node), caster.name,
                       from->width, from->str(), to->str()),
                {}, "use narrower formats before it");
}

}  // namespace

void Executor::Plan::prepare_integer() {
  std::vector<std::shared_ptr<Generator>> known;
  std::vector<std::string> names;
  for (PlanStep& step : steps) {
    check_codes(step);
    if (!step.op) continue;
    choose_generator(step, known, names);
    encode_parameters(step);
  }
}

void Executor::Plan::check_codes(const PlanStep& step) const {
  const Node& node = *step.node;
  for (const TensorMetas* metas : {&node.meta.common.args, &node.meta.common.results})
    for (const TensorMeta& meta : *metas)
      if (meta.point() && meta.point()->width > kWidest)
        throw Error(format("{}: {} needs {} bits ({}), integers here hold {}", describe(node), meta.name,
                           meta.point()->width, meta.point()->str(), kWidest),
                    {}, "use narrower formats");
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const StepInput& input = step.inputs[i];
    const PlanStep* before = input.constant.defined() ? nullptr : &steps[input.node];
    const bool is_coded =
        input.caster ||
        (before && (before->op || (input.result < before->results.size() && before->results[input.result])));
    if (!is_coded && step.op)
      throw Error(format("{} has no format on data_in_{}, which integer arithmetic needs", describe(node), i), {},
                  "quantize the node, or what stands before it: quant.quantize with data_in");
    if (input.caster && before && input.result < before->node->meta.common.results.size())
      check_cast(node, before->node->meta.common.results[input.result], *input.caster);
  }
}

void Executor::Plan::choose_generator(PlanStep& step, std::vector<std::shared_ptr<Generator>>& known,
                                      std::vector<std::string>& names) {
  const Node& node = *step.node;
  if (const std::string& name = node.meta.hardware.generator; !name.empty()) {
    step.generator = components.shared<Generator>(Chosen(name));
    if (step.generator->mase_op() != node.mase_op)
      throw Error(describe(node) + " cannot run on integers: its generator " + name + " implements " +
                  step.generator->mase_op());
    if (const std::string why = step.generator->refuses(node); !why.empty())
      throw Error(describe(node) + " cannot run on integers: " + name + " refuses it: " + why);
    return;
  }
  if (names.empty())
    for (const ComponentInfo* info : components.list(Generator::kKind)) {
      names.push_back(info->name);
      known.push_back(components.shared<Generator>(Chosen(info->name)));
    }
  std::string reasons;
  for (size_t i = 0; i < known.size(); ++i) {
    if (known[i]->mase_op() != node.mase_op) continue;
    const std::string why = known[i]->refuses(node);
    if (why.empty()) {
      step.generator = known[i];
      return;
    }
    reasons += (reasons.empty() ? "" : "; ") + names[i] + " refuses it: " + why;
  }
  throw Error(describe(node) +
                  " cannot run on integers: " + (reasons.empty() ? "no generator implements " + node.mase_op : reasons),
              {}, "mase list generator");
}

void Executor::Plan::encode_parameters(PlanStep& step) {
  for (StepParameter& p : step.params) {
    const at::Tensor& tensor = graph.tensor(p.parameter->key);
    if (p.caster) {
      step.codes.push_back(encode(*p.caster, {{}, tensor.detach(), nullptr}).codes);
    } else if (p.grid) {
      Codes& codes = step.codes.emplace_back();
      codes.elements = to_codes(tensor.detach(), *p.grid);
      codes.point = p.grid;
    } else {
      throw Error(
          format("{} has no format on {}, which integer arithmetic needs", describe(*step.node), p.parameter->name), {},
          "quantize it: quant.quantize with " + p.parameter->name);
    }
  }
}

IntegerValue Executor::Plan::encode(Caster& caster, const IntegerValue& value) {
  at::Tensor x = decode(value);
  if (!x.is_floating_point()) x = x.to(at::kDouble);  // formats read floating point
  return {caster.format->encode(x, caster.context), {}, caster.format.get()};
}

std::vector<IntegerValue> Executor::Plan::compute_integer(PlanStep& step, const Tensors& inputs) {
  const Node& node = *step.node;
  if (node.op_kind == OpKind::placeholder) return {{{}, inputs[step.place], nullptr}};
  if (node.op_kind == OpKind::get_attr)
    return {{{}, graph.tensor(node.params.empty() ? node.target : node.params[0].key).detach(), nullptr}};
  std::vector<IntegerValue> gathered;
  std::vector<Codes> codes;
  for (StepInput& input : step.inputs) {
    if (!input.constant.defined() && input.result >= integers[input.node].size())
      throw Error(format("there is no result {} of node '{}'", input.result, steps[input.node].node->name));
    const IntegerValue value =
        input.constant.defined() ? IntegerValue{{}, input.constant, nullptr} : integers[input.node][input.result];
    gathered.push_back(input.caster ? encode(*input.caster, value) : value);
    codes.push_back(gathered.back().codes);
  }
  if (!step.op) return gathered;
  std::vector<IntegerValue> results;
  for (Codes& result : step.generator->model(node, codes, step.codes)) {
    // A module that only moves codes keeps the format that reads them.
    const Format* format = gathered.empty() ? nullptr : gathered[0].format;
    results.push_back({std::move(result), {}, format});
  }
  return results;
}

std::vector<IntegerValue> Executor::Plan::run_integer(const Tensors& inputs) {
  const c10::AutoGradMode no_gradients(false);
  std::vector<IntegerValue> outputs;
  for (size_t i = 0; i < steps.size(); ++i) {
    PlanStep& step = steps[i];
    at_node(*step.node, [&] {
      integers[i] = compute_integer(step, inputs);
      const size_t casts = std::min(step.results.size(), integers[i].size());
      for (size_t r = 0; r < casts; ++r)
        if (step.results[r]) integers[i][r] = encode(*step.results[r], integers[i][r]);
    });
    if (code_observer) {
      std::vector<Codes> codes;
      for (const IntegerValue& value : integers[i]) codes.push_back(value.codes);
      code_observer(*step.node, codes);
    }
    if (observer) observer(*step.node, decode_all(integers[i]));
    if (step.node->op_kind == OpKind::output) outputs = integers[i];
    for (const size_t done : step.release) integers[done].clear();
  }
  return outputs;
}

Tensors Executor::Plan::decode_all(const std::vector<IntegerValue>& values) const {
  Tensors decoded;
  for (const IntegerValue& value : values) decoded.push_back(decode(value).to(at::kDouble));
  return decoded;
}

}  // namespace mase
