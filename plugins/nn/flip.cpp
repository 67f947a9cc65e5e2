// nn.flip: axes backwards.
#include <ATen/ops/flip.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Flip final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> dims;
    static void schema(Schema<Config>& s) {
      s.field("dims", &Config::dims, "the axes; 0 is the batch, negative counts from the end").required();
    }
  };
  explicit Flip(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::flip(inputs[0], axes_at(config_.dims, shape_of(inputs[0]), "dims"))};
  }

 private:
  Config config_;
};

}  // namespace

void add_flip(Registrar& r) { r.add<Flip>("nn.flip", "Axes backwards"); }

}  // namespace mase::nn
