// nn.cumprod: products of an element and all before it along an axis.
#include <ATen/ops/cumprod.h>

#include "reduction.h"

namespace mase::nn {
namespace {

class Cumprod final : public ReductionBase {
 public:
  struct Config {
    int64_t dim = -1;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis, 0 being the batch; negative counts from the end").required();
    }
  };
  explicit Cumprod(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::cumprod(inputs[0], axis_from(config_.dim, shape_of(inputs[0])))};
  }

 private:
  Config config_;
};

}  // namespace

void add_cumprod(Registrar& r) {
  r.add<Cumprod>("nn.cumprod", "Products of each element and all before it along an axis");
}

}  // namespace mase::nn
