// nn.hardshrink: x, or zero where |x| is at most lambd.
#include <ATen/ops/hardshrink.h>

#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

// No grid, although the result lies on the input's: behind a threshold, rounding before it is another function.
class Hardshrink final : public Elementwise {
 public:
  struct Config {
    double lambd = 0.5;
    static void schema(Schema<Config>& s) {
      s.field("lambd", &Config::lambd, "the greatest magnitude that becomes zero").min(0);
    }
    void check(const Value& v) const {
      if (!std::isfinite(lambd)) throw Error("lambd is not finite", v.loc);
    }
  };
  explicit Hardshrink(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::hardshrink(inputs[0], config_.lambd)};
  }

 private:
  Config config_;
};

}  // namespace

void add_hardshrink(Registrar& r) { r.add<Hardshrink>("nn.hardshrink", "Values of at most lambd become zero"); }

}  // namespace mase::nn
