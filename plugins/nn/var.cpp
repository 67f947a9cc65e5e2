// nn.var and nn.std: variance along some axes, and its root.
#include <ATen/ops/std.h>
#include <ATen/ops/var.h>

#include <cmath>

#include "reduction.h"

namespace mase::nn {
namespace {

struct VarianceConfig : ReductionConfig {
  double correction = 1;
  static void schema(Schema<VarianceConfig>& s) {
    s.field("correction", &VarianceConfig::correction,
            "what is taken from the number of elements before dividing by it: 1 for a sample, 0 for all there is");
    fields(s);
  }
  void check(const Value& v) const {
    if (!std::isfinite(correction)) throw Error("correction is not finite", v.loc);
  }
};

class Variance : public ReductionBase {
 public:
  using Config = VarianceConfig;
  explicit Variance(Config c) : config_(std::move(c)) {}
  // Difference from the mean, square and sum.
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>&) const override {
    return {0, 3 * sample_size(inputs.at(0))};
  }

 protected:
  Config config_;
};

class Var final : public Variance {
 public:
  using Variance::Variance;
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape axes = axes_from(config_.dim, shape_of(inputs[0]));
    return {at::var(inputs[0], at::OptionalIntArrayRef(axes), at::Scalar(config_.correction), config_.keepdim)};
  }
};

class Std final : public Variance {
 public:
  using Variance::Variance;
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape axes = axes_from(config_.dim, shape_of(inputs[0]));
    return {at::std(inputs[0], at::OptionalIntArrayRef(axes), at::Scalar(config_.correction), config_.keepdim)};
  }
};

}  // namespace

void add_var(Registrar& r) {
  r.add<Std>("nn.std", "Standard deviation along some axes");
  r.add<Var>("nn.var", "Variance along some axes");
}

}  // namespace mase::nn
