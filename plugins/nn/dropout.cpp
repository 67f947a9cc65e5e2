// nn.dropout: zeroes elements at random while training.
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/zeros_like.h>

#include "nn.h"

namespace mase::nn {
namespace {

class Dropout final : public PassThrough {
 public:
  struct Config {
    double p = 0.5;
    static void schema(Schema<Config>& s) {
      s.field("p", &Config::p, "probability that an element becomes zero").range(0, 1);
    }
  };
  explicit Dropout(Config c) : config_(c) {}

  // The rest is scaled up, so that the expected value stays.
  Tensors forward(const Tensors& inputs, Tensors&, OpContext& context) const override {
    const at::Tensor& x = inputs[0];
    if (!context.training || config_.p == 0) return {x};
    if (config_.p == 1) return {at::mul(x, at::zeros_like(x))};
    if (!context.random) throw Error("training without a random stream");
    const double kept = 1 - config_.p;
    const at::Tensor mask =
        at::empty(x.sizes(), x.options()).bernoulli_(kept, torch_generator(Random(context.random->next())));
    return {at::mul(x, mask.div_(kept))};
  }

 private:
  Config config_;
};

}  // namespace

void add_dropout(Registrar& r) {
  r.add<Dropout>("nn.dropout", "Zeroes elements at random while training and scales up the rest");
}

}  // namespace mase::nn
