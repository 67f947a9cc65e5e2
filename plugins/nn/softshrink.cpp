// nn.softshrink: x moved towards zero by lambd, zero on the way.
#include <ATen/ops/softshrink.h>

#include <cmath>

#include "nn.h"

namespace mase::nn {
namespace {

// No grid, although the result lies on the input's: behind a threshold, rounding before it is another function.
class Softshrink final : public Elementwise {
 public:
  struct Config {
    double lambd = 0.5;
    static void schema(Schema<Config>& s) { s.field("lambd", &Config::lambd, "how far").min(0); }
    void check(const Value& v) const {
      if (!std::isfinite(lambd)) throw Error("lambd is not finite", v.loc);
    }
  };
  explicit Softshrink(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::softshrink(inputs[0], config_.lambd)};
  }

 private:
  Config config_;
};

}  // namespace

void add_softshrink(Registrar& r) { r.add<Softshrink>("nn.softshrink", "Values move towards zero by lambd"); }

}  // namespace mase::nn
