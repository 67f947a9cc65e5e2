// nn.select: one place of an axis, which goes away.
#include <ATen/ops/select.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Select final : public PassThrough {
 public:
  struct Config {
    int64_t dim = 0;
    int64_t index = 0;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis; 0 is the batch, negative counts from the end").required();
      s.field("index", &Config::index, "the place; negative counts from the end").required();
    }
  };
  explicit Select(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    const int64_t axis = axis_at(config_.dim, shape, "dim"), size = size_at(shape, axis);
    if (config_.index < -size || config_.index >= size)
      throw Error("index is " + std::to_string(config_.index) + ", but axis " + std::to_string(axis) +
                  " of the input's shape " + Value(shape).json() + " has " + std::to_string(size) + " places");
    return {at::select(inputs[0], axis, config_.index)};
  }

 private:
  Config config_;
};

}  // namespace

void add_select(Registrar& r) { r.add<Select>("nn.select", "One place of an axis, which goes away"); }

}  // namespace mase::nn
