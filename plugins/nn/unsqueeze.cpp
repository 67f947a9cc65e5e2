// nn.unsqueeze: a new axis of size one.
#include <ATen/ops/unsqueeze.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Unsqueeze final : public PassThrough {
 public:
  struct Config {
    int64_t dim = 0;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "where the new axis will stand; negative counts from the end of the result")
          .required();
    }
  };
  explicit Unsqueeze(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    Shape shape = shape_of(inputs[0]);
    shape.push_back(1);
    return {at::unsqueeze(inputs[0], axis_at(config_.dim, shape, "dim"))};
  }

 private:
  Config config_;
};

}  // namespace

void add_unsqueeze(Registrar& r) { r.add<Unsqueeze>("nn.unsqueeze", "A new axis of size one"); }

}  // namespace mase::nn
