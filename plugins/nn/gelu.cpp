// nn.gelu: x times the normal distribution's cumulative function.
#include <ATen/ops/gelu.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Gelu final : public Elementwise {
 public:
  struct Config {
    std::string approximate = "none";
    static void schema(Schema<Config>& s) {
      s.field("approximate", &Config::approximate, "none, or tanh: the approximation of GPT-2")
          .one_of({"none", "tanh"});
    }
  };
  explicit Gelu(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::gelu(inputs[0], config_.approximate)};
  }

 private:
  Config config_;
};

}  // namespace

void add_gelu(Registrar& r) { r.add<Gelu>("nn.gelu", "x times the normal distribution's cumulative function"); }

}  // namespace mase::nn
