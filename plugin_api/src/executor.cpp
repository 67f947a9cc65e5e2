// Executor: compiling a graph into steps.
#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>
#include <c10/core/GradMode.h>
#include <c10/core/ScalarType.h>

#include <algorithm>

#include "executor_plan.h"
#include "mase/text.h"

namespace mase {

const std::vector<std::string>& EnumNames<Arithmetic>::names() {
  static const std::vector<std::string> kNames{"float", "double", "integer"};
  return kNames;
}

std::string describe(const Node& node) { return "node '" + node.name + "' (" + node.mase_op + ")"; }

void check_arity(const Op& op, const Chosen& chosen, size_t count) {
  const auto [least, most] = op.arity();
  if (static_cast<int>(count) >= least && (most < 0 || static_cast<int>(count) <= most)) return;
  const std::string range = most < 0        ? format("at least {}", least)
                            : least == most ? format("{}", least)
                                            : format("{} to {}", least, most);
  throw Error(format("{} takes {} inputs, found {}", chosen.name(), range, count), chosen.loc());
}

void fail_in_torch(const Node& node, const c10::Error& error, const Tensors& inputs, const Tensors& params) {
  std::string given;
  const auto add = [&](const at::Tensor& t, const std::string& name) {
    if (!t.defined()) return;
    given += format("{}{}{} {}", given.empty() ? "" : ", ", name, c10::getDtypeNames(t.scalar_type()).first,
                    Value(shape_of(t)).json());
  };
  for (const at::Tensor& t : inputs) add(t, "");
  for (size_t i = 0; i < params.size(); ++i) add(params[i], i < node.params.size() ? node.params[i].name + " " : "");
  std::string why = error.what_without_backtrace();
  why.resize(std::min(why.size(), why.find('\n')));
  if (why.find("DefaultCPUAllocator") != why.npos) why = "there is not enough memory for its result";
  throw Error(format("{}: {}{}{}", describe(node), given.empty() ? "" : "cannot compute with " + given,
                     given.empty() ? "" : ": ", why));
}

namespace {

// A vector of `list` when all its items are of one kind.
template <class T>
at::Tensor vector_of(const List& list, bool (Value::*is_kind)() const, T (Value::*as)() const, at::ScalarType type) {
  at::Tensor vector = at::empty({static_cast<int64_t>(list.size())}, at::TensorOptions().dtype(type));
  for (size_t i = 0; i < list.size(); ++i) {
    if (!(list[i].*is_kind)()) return {};
    vector.mutable_data_ptr<T>()[i] = (list[i].*as)();
  }
  return vector;
}

}  // namespace

// Numbers become scalars, lists of numbers vectors: the operators see tensors only. Integers stay integers, so that an
// integer tensor plus 1 is one; beside floating point they promote to its type.
at::Tensor constant_tensor(const Node& node, size_t index, const Value& v, at::ScalarType type) {
  if (v.is_bool()) return at::scalar_tensor(v.as_bool(), at::TensorOptions().dtype(at::kBool));
  if (v.is_int()) return at::scalar_tensor(v.as_int(), at::TensorOptions().dtype(at::kLong));
  if (v.is_number()) return at::scalar_tensor(v.as_double(), at::TensorOptions().dtype(type));
  if (v.is_list()) {
    const List& list = v.as_list();
    at::Tensor vector;
    if (!list.empty()) vector = vector_of<bool>(list, &Value::is_bool, &Value::as_bool, at::kBool);
    if (!list.empty() && !vector.defined())
      vector = vector_of<int64_t>(list, &Value::is_int, &Value::as_int, at::kLong);
    if (vector.defined()) return vector;
    vector = vector_of<double>(list, &Value::is_number, &Value::as_double, at::kDouble);
    if (vector.defined()) return vector.to(type);
  }
  throw Error(format("argument {} of {} is {}, expected a node, a number or a list of numbers", index, describe(node),
                     v.brief()),
              v.loc);
}

namespace {

// Whether a value is already what the format would make of it.
bool same_format(const StepInput& input, const std::vector<PlanStep>& steps, const TensorUse& use) {
  if (input.constant.defined() || input.result >= steps[input.node].results.size()) return false;
  const Caster* before = steps[input.node].results[input.result].get();
  return before && before->keys.empty() && before->format == use.format;
}

}  // namespace

Executor::Plan::Plan(Graph& graph, Components& components, ExecuteOptions options)
    : graph(graph), components(components), options(options), batch(graph.batch_size()) {
  if (options.training && options.arithmetic != Arithmetic::float32)
    throw Error("training runs in float32, found arithmetic: " +
                EnumNames<Arithmetic>::names()[static_cast<size_t>(options.arithmetic)]);
  const size_t count = graph.nodes().size();
  std::vector<size_t> last_use(count);
  steps.reserve(count);
  for (Node* node : graph.nodes()) add_step(*node, last_use);
  for (size_t i = 0; i < count; ++i) steps[std::max(last_use[i], i)].release.push_back(i);
  reseed();
  values.resize(count);
  if (options.arithmetic == Arithmetic::integer) {
    integers.resize(count);
    prepare_integer();
  } else if (!options.training) {
    const c10::AutoGradMode no_gradients(false);
    for (PlanStep& step : steps)
      for (const StepParameter& p : step.params) step.tensors.push_back(parameter(step, p));
  }
}

void Executor::Plan::add_step(Node& node, std::vector<size_t>& last_use) {
  Derive walk(graph, components);
  NodeParts parts = walk.node(node);
  PlanStep& step = steps.emplace_back();
  step.node = &node;
  step.op = std::move(parts.op);
  if (node.op_kind == OpKind::placeholder) step.place = input_count++;
  if (!step.op && node.op_kind != OpKind::placeholder && node.op_kind != OpKind::get_attr &&
      node.op_kind != OpKind::output)
    throw Error(describe(node) + " has no operator to run", {}, "its `op` names none");
  const bool frozen = std::find(options.frozen.begin(), options.frozen.end(), &node) != options.frozen.end();
  step.context.training = options.training && !frozen;
  step.context.witness = options.arithmetic == Arithmetic::float64;
  add_inputs(step, parts, last_use);
  add_parameters(step, parts);
  const bool is_entry = !parts.entry.empty();
  for (const TensorUse& use : parts.results)
    step.results.push_back(caster(node, use, is_entry ? Role::activation : Role::result, is_entry ? parts.entry : ""));
}

void Executor::Plan::add_inputs(PlanStep& step, NodeParts& parts, std::vector<size_t>& last_use) {
  const Node& node = *step.node;
  step.inputs.resize(node.args.size());
  for (size_t i = 0; i < node.args.size(); ++i) {
    StepInput& input = step.inputs[i];
    const Argument& arg = node.args[i];
    if (arg.node) {
      input.node = arg.node->index(), input.result = static_cast<size_t>(arg.result);
      last_use[input.node] = node.index();
    } else {
      input.constant = constant_tensor(node, i, arg.constant, floating());
    }
    const TensorUse& use = parts.inputs[i];
    if (use.format && !same_format(input, steps, use))
      input.caster = caster(node, use, use.meta->name == "weight" ? Role::weight : Role::activation);
  }
}

void Executor::Plan::add_parameters(PlanStep& step, NodeParts& parts) {
  for (ParameterUse& use : parts.params) {
    StepParameter& p = step.params.emplace_back();
    p.parameter = use.parameter, p.buffer = use.buffer, p.grid = use.grid;
    if (use.grid && options.arithmetic != Arithmetic::integer) use.format = grid_format(*use.grid);
    p.caster = caster(*step.node, use, use.accumulator ? Role::bias : Role::weight,
                      step.node->name + "." + use.parameter->name);
  }
}

std::unique_ptr<Caster> Executor::Plan::caster(const Node& node, const TensorUse& use, Role role, std::string name) {
  if (!use.format) return nullptr;
  auto caster = std::make_unique<Caster>();
  caster->format = use.format;
  caster->name = name.empty() ? node.name + "." + use.meta->name : std::move(name);
  const bool is_parameter = role == Role::weight || role == Role::bias;
  QuantizeContext& context = caster->context;
  context.role = role;
  context.channel_axis = is_parameter ? 0 : 1;
  context.batch_axis = is_parameter ? -1 : 0;
  context.training = options.training;
  context.random = &caster->random;
  context.tensor = caster->name;
  if (use.meta)
    for (const FormatParameter& p : use.format->parameters(use.meta->shape)) {
      caster->keys.push_back(trainable_key(node, use.meta->name, p.name));
      context.parameters.push_back(graph.tensor(caster->keys.back()));
    }
  return caster;
}

void Executor::Plan::reseed() {
  const std::string purpose = "epoch " + std::to_string(epoch);
  const auto seed = [&](const std::unique_ptr<Caster>& caster) {
    if (!caster) return;
    caster->context.epoch = epoch;
    caster->random = Random(stream_hash(options.seed, caster->name, purpose));
  };
  for (PlanStep& step : steps) {
    for (StepInput& input : step.inputs) seed(input.caster);
    for (StepParameter& p : step.params) seed(p.caster);
    for (auto& caster : step.results) seed(caster);
    if (!options.training) continue;
    step.random = Random(stream_hash(options.seed, step.node->name, purpose));
    step.context.random = &step.random;
  }
}

void Executor::Plan::check_inputs(const Tensors& inputs) const {
  if (inputs.size() != input_count)
    throw Error(format("graph '{}' takes {} inputs, found {}", graph.name, input_count, inputs.size()));
  for (const at::Tensor& tensor : inputs)
    if (!tensor.defined()) throw Error("an input of graph '" + graph.name + "' is undefined");
  if (batch == 0 || inputs.empty() || inputs[0].dim() == 0) return;
  if (const int64_t found = inputs[0].size(0); found != batch)
    throw Error(format("graph '{}' runs only with batches of {}, found {}", graph.name, batch, found), {},
                format("set batch_size: {}, and use that many samples, or a multiple", batch));
}

Executor::Executor(Graph& graph, Components& components, ExecuteOptions options)
    : plan_(std::make_unique<Plan>(graph, components, options)) {}
Executor::~Executor() = default;

Tensors Executor::run(const Tensors& inputs) {
  plan_->check_inputs(inputs);
  if (plan_->options.arithmetic != Arithmetic::integer) return plan_->run_floating(inputs);
  return plan_->decode_all(plan_->run_integer(inputs));
}

std::vector<Codes> Executor::run_codes(const Tensors& inputs) {
  if (plan_->options.arithmetic != Arithmetic::integer) throw Error("run_codes() needs arithmetic: integer");
  plan_->check_inputs(inputs);
  std::vector<Codes> codes;
  for (IntegerValue& value : plan_->run_integer(inputs)) {
    if (value.raw.defined())
      throw Error("an output of graph '" + plan_->graph.name + "' has no codes: it is an input without a format");
    codes.push_back(std::move(value.codes));
  }
  return codes;
}

void Executor::observe(std::function<void(const Node&, const Tensors&)> observer) {
  plan_->observer = std::move(observer);
}
void Executor::observe_codes(std::function<void(const Node&, const std::vector<Codes>&)> observer) {
  plan_->code_observer = std::move(observer);
}
void Executor::set_epoch(int64_t epoch) {
  plan_->epoch = epoch;
  plan_->reseed();
}

}  // namespace mase
