// The executor: runs a graph with its formats, in float, in double, or on integer codes.
#pragma once
#include <functional>

#include "mase/context.h"
#include "mase/format.h"
#include "mase/graph.h"
#include "mase/tensor.h"

namespace mase {

enum class Arithmetic { float32, float64, integer };
template <>
struct EnumNames<Arithmetic> {
  static const std::vector<std::string>& names();  // float, double, integer
};

struct ExecuteOptions {
  Arithmetic arithmetic = Arithmetic::float32;
  bool training = false;
  uint64_t seed = 0;                     // of dropout and stochastic rounding, per node
  std::vector<const Node*> frozen = {};  // run as in evaluation while the others train (batch statistics)
};

// Compiled once per graph state: operators and formats are created, parameters quantized when not training.
// Not for use across threads. The graph must outlive it and keep its nodes.
class Executor {
 public:
  Executor(Graph& graph, Components& components, ExecuteOptions options = {});
  ~Executor();
  // Outputs of the graph for its placeholders' values. In double they are float64; in integer decoded float64.
  Tensors run(const Tensors& inputs);
  // The same on codes (arithmetic integer only).
  std::vector<Codes> run_codes(const Tensors& inputs);
  // Called with each node and its results as they are computed (after their formats).
  void observe(std::function<void(const Node&, const Tensors&)> observer);
  void observe_codes(std::function<void(const Node&, const std::vector<Codes>&)> observer);
  void set_epoch(int64_t epoch);

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

// Runs one sample through the graph and records shapes and types of every argument and result.
void infer_shapes(Graph& graph, Components& components, const Tensors& sample);

// Refreshes what follows from the formats: type, precision and grid of arguments, parameters and results.
// The host calls it after every pass.
void derive(Graph& graph, Components& components);

// The grid on which a parameter without a format lies: the accumulator's, as wide as its values need.
std::optional<FixedPoint> accumulator_grid(const Node& node, std::string_view parameter, Components& components);

// Adds a call_module node for `op` with freshly initialised parameters under `target`; shapes flow from `input`.
// How models build themselves: in_features and the like follow from the input's shape.
Node& add_module(Graph& graph, Components& components, std::string target, Chosen op, std::vector<Argument> inputs,
                 Random random, bool functional = false);
Node& add_placeholder(Graph& graph, std::string name, const Shape& sample_shape);  // with a batch dimension of 1
Node& add_output(Graph& graph, std::vector<Argument> results);
std::string mase_type_of(const Node& node);                 // MASE's list that has the operator: module, ...
std::string argument_name(const Node& node, size_t index);  // data_in_0; a product's second operand is its weight

// While alive, keeps LibTorch on one thread when running `samples` at a time is too little work to share: waiting for
// other threads would cost more than they save.
class ThreadScope {
 public:
  ThreadScope(const Graph& graph, Components& components, int64_t samples);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;

 private:
  int before_ = 0;  // threads to go back to; 0: nothing was changed
};

}  // namespace mase
