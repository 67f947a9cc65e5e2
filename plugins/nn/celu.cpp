// nn.celu: max(0, x) + min(0, alpha (exp(x / alpha) - 1)).
#include <ATen/ops/celu.h>

#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

class Celu final : public Elementwise {
 public:
  struct Config {
    double alpha = 1.0;
    static void schema(Schema<Config>& s) {
      s.field("alpha", &Config::alpha, "limit of negative values, with its sign turned");
    }
    void check(const Value& v) const {
      if (!std::isfinite(alpha) || alpha == 0) throw Error("alpha is zero or not finite", v.loc);
    }
  };
  explicit Celu(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::celu(inputs[0], config_.alpha)};
  }

 private:
  Config config_;
};

}  // namespace

void add_celu(Registrar& r) { r.add<Celu>("nn.celu", "Negative values bend towards -alpha, with slope 1 at zero"); }

}  // namespace mase::nn
