// nn.elu: x where positive, alpha (exp(x) - 1) elsewhere.
#include <ATen/ops/elu.h>

#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

class Elu final : public Elementwise {
 public:
  struct Config {
    double alpha = 1.0;
    static void schema(Schema<Config>& s) {
      s.field("alpha", &Config::alpha, "limit of negative values, with its sign turned");
    }
    void check(const Value& v) const {
      if (!std::isfinite(alpha)) throw Error("alpha is not finite", v.loc);
    }
  };
  explicit Elu(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::elu(inputs[0], config_.alpha)};
  }

 private:
  Config config_;
};

}  // namespace

void add_elu(Registrar& r) { r.add<Elu>("nn.elu", "Negative values bend towards -alpha"); }

}  // namespace mase::nn
