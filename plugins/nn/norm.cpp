// nn.norm: the p-norm along some axes.
#include <ATen/ops/linalg_vector_norm.h>

#include "number.h"
#include "reduction.h"

namespace mase::nn {
namespace {

class Norm final : public ReductionBase {
 public:
  struct Config : ReductionConfig {
    Number p{2, 2};
    static void schema(Schema<Config>& s) {
      s.field("p", &Config::p, "the power: 1 sums absolute values, 2 is Euclid's, .inf takes the greatest");
      fields(s);
    }
  };
  explicit Norm(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape axes = axes_from(config_.dim, shape_of(inputs[0]));
    return {at::linalg_vector_norm(inputs[0], config_.p.real, at::OptionalIntArrayRef(axes), config_.keepdim)};
  }
  // Power, or square, and sum.
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, 2 * sample_size(inputs.at(0))};
  }

 private:
  Config config_;
};

}  // namespace

void add_norm(Registrar& r) { r.add<Norm>("nn.norm", "The p-norm along some axes"); }

}  // namespace mase::nn
