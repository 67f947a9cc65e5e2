// nn.softplus: log(1 + exp(beta x)) / beta.
#include <ATen/ops/softplus.h>

#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

class Softplus final : public Elementwise {
 public:
  struct Config {
    double beta = 1.0;
    double threshold = 20.0;
    static void schema(Schema<Config>& s) {
      s.field("beta", &Config::beta, "how sharp the bend is");
      s.field("threshold", &Config::threshold, "beta x above which x itself is the result");
    }
    void check(const Value& v) const {
      if (!std::isfinite(beta)) throw Error("beta is not finite", v.loc);
      if (!std::isfinite(threshold)) throw Error("threshold is not finite", v.loc);
      if (beta == 0) throw Error("beta is 0, which divides the result", v.loc);
    }
  };
  explicit Softplus(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::softplus(inputs[0], config_.beta, config_.threshold)};
  }

 private:
  Config config_;
};

}  // namespace

void add_softplus(Registrar& r) { r.add<Softplus>("nn.softplus", "A smooth relu: log(1 + exp(beta x)) / beta"); }

}  // namespace mase::nn
