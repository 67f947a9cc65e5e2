// nn.permute: the axes in another order.
#include <ATen/ops/permute.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Permute final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> dims;
    static void schema(Schema<Config>& s) {
      s.field("dims", &Config::dims, "all axes in their new order; 0 is the batch, negative counts from the end")
          .required();
    }
  };
  explicit Permute(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]), axes = axes_at(config_.dims, shape, "dims");
    if (axes.size() != shape.size())
      throw Error("dims is " + Value(config_.dims).json() + ", but the input's shape is " + Value(shape).json() +
                  ", expected all of its axes");
    return {at::permute(inputs[0], axes)};
  }

 private:
  Config config_;
};

}  // namespace

void add_permute(Registrar& r) { r.add<Permute>("nn.permute", "The axes in another order"); }

}  // namespace mase::nn
