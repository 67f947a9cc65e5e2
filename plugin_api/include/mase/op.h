// Op: one operator. Attributes are its Config; tensors are its inputs, parameters and buffers.
#pragma once
#include "mase/component.h"
#include "mase/meta.h"
#include "mase/tensor.h"

namespace mase {

// What the executor lends for one forward.
struct OpContext {
  bool training = false, witness = false;  // witness: double arithmetic, floating point stays float64 throughout
  Random* random = nullptr;                // this node's stream; nullptr outside training
};

struct ParameterInfo {
  std::string name;
  bool buffer = false;       // not trained (running_mean)
  bool accumulator = false;  // without a format it lies on the accumulator's grid (a bias)
};

// Grids and shapes of a node's tensors; no grid means floating point.
struct OpFormats {
  std::vector<std::optional<FixedPoint>> inputs, params;
  std::vector<Shape> input_shapes, param_shapes;
};

// Work of one sample (batch dimension left out).
struct OpCost {
  double macs = 0;        // multiply-accumulates
  double operations = 0;  // other elementary operations
};

class Op : public Component {
 public:
  static constexpr const char* kKind = "op";
  // Parameters and buffers this configuration has, in the order in which forward receives them.
  virtual std::vector<ParameterInfo> parameters() const { return {}; }
  // How many tensor inputs: {1, 1} one, {1, -1} any number.
  virtual std::pair<int, int> arity() const { return {1, 1}; }
  // Results for inputs with a leading batch dimension. `params` may hold buffers that training updates in place.
  virtual Tensors forward(const Tensors& inputs, Tensors& params, OpContext& context) const = 0;
  // Fresh parameters for inputs of these shapes (batch included), initialised as PyTorch does.
  // Attributes that follow from the shape (in_features) may be 0 in the Config; see resolve().
  virtual Tensors initialize(const std::vector<Shape>& inputs, Random& random) const { return {}; }
  // The Config with everything that follows from the input shapes filled in.
  virtual Map resolve(const std::vector<Shape>& inputs) const { return {}; }
  virtual OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>& results) const { return {}; }
  // The grid of the exact result: the accumulator for linear, conv, add; the input's for relu, reshape; none.
  // A parameter flagged `accumulator` that has no grid yet is left out of the sum: its own grid follows from this one.
  virtual std::optional<FixedPoint> result_format(const OpFormats& formats) const { return std::nullopt; }
};

}  // namespace mase
