// nn.transpose: two axes change places.
#include <ATen/ops/transpose.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Transpose final : public PassThrough {
 public:
  struct Config {
    int64_t dim0 = 0;
    int64_t dim1 = 0;
    static void schema(Schema<Config>& s) {
      s.field("dim0", &Config::dim0, "the axis; 0 is the batch, negative counts from the end").required();
      s.field("dim1", &Config::dim1, "the axis that it changes places with").required();
    }
  };
  explicit Transpose(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    return {at::transpose(inputs[0], axis_at(config_.dim0, shape, "dim0"), axis_at(config_.dim1, shape, "dim1"))};
  }

 private:
  Config config_;
};

}  // namespace

void add_transpose(Registrar& r) { r.add<Transpose>("nn.transpose", "Two axes change places"); }

}  // namespace mase::nn
