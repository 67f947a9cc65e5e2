// nn.squeeze: leaves out axes of size one.
#include <ATen/ops/squeeze.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Squeeze final : public PassThrough {
 public:
  struct Config {
    std::optional<int64_t> dim;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis, left as it is when its size is not one; null: all axes of size one");
    }
  };
  explicit Squeeze(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    if (!config_.dim) return {at::squeeze(inputs[0])};
    return {at::squeeze(inputs[0], axis_at(*config_.dim, shape_of(inputs[0]), "dim"))};
  }

 private:
  Config config_;
};

}  // namespace

void add_squeeze(Registrar& r) { r.add<Squeeze>("nn.squeeze", "Leaves out axes of size one"); }

}  // namespace mase::nn
