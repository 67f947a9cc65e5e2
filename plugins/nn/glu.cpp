// nn.glu: the first half of an axis times the sigmoid of the second.
#include <ATen/ops/glu.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Glu final : public Op {
 public:
  struct Config {
    int64_t dim = -1;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis that is halved; negative counts from the end");
    }
  };
  explicit Glu(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    const int64_t axis = axis_from(config_.dim, shape), size = shape.empty() ? 1 : shape[static_cast<size_t>(axis)];
    if (size % 2 != 0)
      throw Error("axis " + std::to_string(config_.dim) + " has " + std::to_string(size) +
                  " elements, expected an even number");
    return {at::glu(inputs[0], axis)};
  }
  // Sigmoid and product.
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, 2 * sample_size(results.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_glu(Registrar& r) { r.add<Glu>("nn.glu", "The first half of an axis times the sigmoid of the second"); }

}  // namespace mase::nn
