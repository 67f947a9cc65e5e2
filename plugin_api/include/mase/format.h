// Format: one number format, from the fake quantizer to the wire. quantize, encode and decode share one definition.
#pragma once
#include "mase/component.h"
#include "mase/meta.h"
#include "mase/tensor.h"

namespace mase {

enum class Role { weight, activation, bias, result };

struct QuantizeContext {
  Role role = Role::activation;
  int channel_axis = -1;  // -1: none
  int batch_axis = -1;    // -1: none
  bool training = false;
  int64_t epoch = 0;         // of training, from 0
  Random* random = nullptr;  // for stochastic rounding
  Tensors parameters;        // the format's trainable tensors, in the order of parameters()
  std::string_view tensor;   // "fc1.weight", for messages
};

// How elements share exponents or scales: block sizes per axis (1 where an axis is not blocked; the last block may be
// padded).
struct BlockGeometry {
  Shape shape;  // of the whole tensor
  Shape block;  // same rank; empty: no blocks
};

// A tensor as integers. Unused members stay undefined.
struct Codes {
  at::Tensor elements;   // int64, the tensor's shape: element codes (two's complement values where signed)
  at::Tensor exponents;  // int64, one per block: shared exponents
  at::Tensor scale;      // float64, one per tensor, channel or block
  BlockGeometry blocks;
  std::optional<FixedPoint> point;  // set when value = element * 2^-frac_width
};

struct FormatParameter {
  std::string name;  // stored in the graph as <node>.<argument>.<name>
  at::Tensor initial;
};

// What calibration saw of one tensor.
struct CalibrationData {
  at::Tensor samples;  // values, float32, with channels on channel_axis
  Role role = Role::activation;
  int channel_axis = -1;
  std::string method;  // min_max, percentile, mse, entropy
  double percentile = 99.9;
};

class Format : public Component {
 public:
  static constexpr const char* kKind = "format";
  // float32 or float64 in, the same type and shape out: the representable value that rounding and overflow choose.
  // No gradient of its own: the executor wraps it. A NaN is an Error naming the tensor, unless the format says
  // otherwise.
  virtual at::Tensor quantize(const at::Tensor& x, const QuantizeContext& context) const = 0;
  virtual Codes encode(const at::Tensor& x, const QuantizeContext& context) const = 0;
  virtual at::Tensor decode(const Codes& codes) const = 0;  // float64
  virtual int64_t bits(const Shape& shape) const = 0;       // storage, shared exponents and scales included
  virtual std::vector<int64_t> precision() const = 0;       // MASE's list: [width, frac_width], ...
  virtual std::optional<FixedPoint> fixed_point() const { return std::nullopt; }  // the grid, if it is one
  virtual std::vector<FormatParameter> parameters(const Shape& shape) const { return {}; }
  virtual Value calibrate(const CalibrationData& data) const { return {}; }  // fields to change, or null
  // Gradients of x and of each trainable parameter; straight-through unless overridden.
  virtual Tensors backward(const at::Tensor& gradient, const at::Tensor& x, const QuantizeContext& context) const;
};

// quantize() inside one autograd function, so that training sees backward() above.
at::Tensor quantize_with_gradient(std::shared_ptr<const Format> format, const at::Tensor& x,
                                  const QuantizeContext& context);

// The nearest code of `point` with ties to even, saturated; exact in int64. x: float64; result: int64 tensor.
at::Tensor to_codes(const at::Tensor& x, const FixedPoint& point);
at::Tensor from_codes(const at::Tensor& codes, const FixedPoint& point);  // float64

}  // namespace mase
