// What an Executor compiles a graph into: one step per node, with everything looked up beforehand.
#pragma once
#include "derive.h"
#include "mase/execute.h"
#include "mase/generator.h"

namespace mase {

// A format at work on one tensor of a node. Has a stable address: `context` points to its own members.
struct Caster {
  std::shared_ptr<const Format> format;
  QuantizeContext context;
  std::string name;               // fc1.data_in_0
  std::vector<std::string> keys;  // of the format's trainable tensors
  Random random{0};
};

struct StepInput {
  size_t node = 0, result = 0;  // the producer's place in the graph
  at::Tensor constant;          // defined: no producer
  std::unique_ptr<Caster> caster;
};

struct StepParameter {
  const Parameter* parameter = nullptr;
  bool buffer = false;
  std::unique_ptr<Caster> caster;
  std::optional<FixedPoint> grid;
};

struct PlanStep {
  Node* node = nullptr;
  std::shared_ptr<Op> op;
  std::vector<StepInput> inputs;
  std::vector<StepParameter> params;
  std::vector<std::unique_ptr<Caster>> results;
  std::vector<size_t> release;  // values that nobody reads after this step
  size_t place = 0;             // of a placeholder among the inputs
  Tensors gathered, tensors;    // inputs of the step at hand; parameters as forward receives them
  Random random{0};
  OpContext context;
  std::shared_ptr<Generator> generator;  // integer arithmetic only
  std::vector<Codes> codes;              // of the parameters
};

// A value in integer arithmetic: codes, or the raw input before anybody encoded it.
struct IntegerValue {
  Codes codes;
  at::Tensor raw;
  const Format* format = nullptr;  // what reads the codes when they lie on no binary grid
};

struct Executor::Plan {
  Plan(Graph& graph, Components& components, ExecuteOptions options);

  Tensors run_floating(const Tensors& inputs);
  std::vector<IntegerValue> run_integer(const Tensors& inputs);
  Tensors decode_all(const std::vector<IntegerValue>& values) const;
  void check_inputs(const Tensors& inputs) const;
  void reseed();

  Graph& graph;
  Components& components;
  ExecuteOptions options;
  int64_t epoch = 0;
  size_t input_count = 0;
  int64_t batch = 0;  // the only one that the graph runs with; 0: any
  std::vector<PlanStep> steps;
  std::vector<Tensors> values;
  std::vector<std::vector<IntegerValue>> integers;
  std::function<void(const Node&, const Tensors&)> observer;
  std::function<void(const Node&, const std::vector<Codes>&)> code_observer;

 private:
  void add_step(Node& node, std::vector<size_t>& last_use);
  void add_inputs(PlanStep& step, NodeParts& parts, std::vector<size_t>& last_use);
  void add_parameters(PlanStep& step, NodeParts& parts);
  std::unique_ptr<Caster> caster(const Node& node, const TensorUse& use, Role role, std::string name = {});
  at::Tensor parameter(const PlanStep& step, const StepParameter& p);
  at::Tensor cast(Caster& caster, const at::Tensor& value);
  at::ScalarType floating() const;  // what floating point runs in
  Tensors compute(PlanStep& step, const Tensors& inputs);
  // integer arithmetic
  void prepare_integer();
  void choose_generator(PlanStep& step, std::vector<std::shared_ptr<Generator>>& known,
                        std::vector<std::string>& names);
  void check_codes(const PlanStep& step) const;
  void encode_parameters(PlanStep& step);
  IntegerValue encode(Caster& caster, const IntegerValue& value);
  std::vector<IntegerValue> compute_integer(PlanStep& step, const Tensors& inputs);
};

// Rounds to a binary grid without bounds: what a bias without a format goes through in floating point.
std::shared_ptr<const Format> grid_format(const FixedPoint& grid);

// "node 'fc1' (linear)"
std::string describe(const Node& node);

// Argument `index` of a node as a tensor, when it is a constant.
at::Tensor constant_tensor(const Node& node, size_t index, const Value& v, at::ScalarType type);

// Error where the operator does not take that many inputs.
void check_arity(const Op& op, const Chosen& chosen, size_t count);

// What LibTorch said about a node, in one sentence with the types and shapes of what the node was given.
[[noreturn]] void fail_in_torch(const Node& node, const c10::Error& error, const Tensors& inputs,
                                const Tensors& params);

// Says which node failed; operators, and LibTorch's own messages, do not know.
template <class Call>
auto at_node(const Node& node, const Call& call, const Tensors& inputs = {}, const Tensors& params = {}) {
  try {
    return call();
  } catch (const Error& e) {
    throw Error(describe(node) + ": " + e.message(), e.loc(), e.hint());
  } catch (const c10::Error& e) {
    fail_in_torch(node, e, inputs, params);
  }
}

}  // namespace mase
