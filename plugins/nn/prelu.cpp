// nn.prelu: x where positive, a trained fraction of x elsewhere.
#include <ATen/ops/full.h>
#include <ATen/ops/prelu.h>

#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

class Prelu final : public Elementwise {
 public:
  struct Config {
    int64_t num_parameters = 1;
    double init = 0.25;
    static void schema(Schema<Config>& s) {
      s.field("num_parameters", &Config::num_parameters, "slopes: 1, or as many as the input has channels").min(1);
      s.field("init", &Config::init, "what every slope starts with");
    }
    void check(const Value& v) const {
      if (!std::isfinite(init)) throw Error("init is not finite", v.loc);
    }
  };
  explicit Prelu(Config c) : config_(c) {}

  std::vector<ParameterInfo> parameters() const override { return {{"weight"}}; }
  Tensors forward(const Tensors& inputs, Tensors& params, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    const int64_t channels = shape.size() < 2 ? 1 : shape[1];
    if (config_.num_parameters != 1) size_from(config_.num_parameters, channels, "num_parameters");
    return {at::prelu(inputs[0], params[0])};
  }
  Tensors initialize(const std::vector<Shape>&, Random&) const override {
    return {at::full({config_.num_parameters}, config_.init, at::TensorOptions().dtype(at::kFloat))};
  }

 private:
  Config config_;
};

}  // namespace

void add_prelu(Registrar& r) { r.add<Prelu>("nn.prelu", "Negative values become a trained fraction of themselves"); }

}  // namespace mase::nn
