// nn.stack: inputs one behind another along a new axis.
#include <ATen/ops/stack.h>

#include "axes.h"
#include "grid.h"

namespace mase::nn {
namespace {

class Stack final : public Op {
 public:
  struct Config {
    int64_t dim = 0;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "where the new axis will stand; negative counts from the end of the result");
    }
  };
  explicit Stack(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {1, -1}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    Shape shape = shape_of(inputs[0]);
    for (const at::Tensor& input : inputs)
      if (shape_of(input) != shape)
        throw Error("found shapes " + Value(shape).json() + " and " + Value(shape_of(input)).json() +
                    ", expected inputs of one shape");
    shape.push_back(1);
    return {at::stack(inputs, axis_at(config_.dim, shape, "dim"))};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override { return joined_grid(formats); }

 private:
  Config config_;
};

}  // namespace

void add_stack(Registrar& r) { r.add<Stack>("nn.stack", "Inputs one behind another along a new axis"); }

}  // namespace mase::nn
