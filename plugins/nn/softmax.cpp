// nn.softmax: exponentials along one axis, scaled to sum to one.
#include <ATen/ops/softmax.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Softmax final : public Op {
 public:
  struct Config {
    int64_t dim = -1;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis that sums to one; negative counts from the end");
    }
  };
  explicit Softmax(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::softmax(inputs[0], config_.dim)};
  }
  // Exponential, sum and division.
  OpCost cost(const std::vector<Shape>&, const std::vector<Shape>& results) const override {
    return {0, 3 * sample_size(results.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_softmax(Registrar& r) { r.add<Softmax>("nn.softmax", "Exponentials along one axis, scaled to sum to one"); }

}  // namespace mase::nn
