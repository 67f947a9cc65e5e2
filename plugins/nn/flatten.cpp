// nn.flatten: several axes become one.
#include <ATen/ops/flatten.h>

#include "axes.h"

namespace mase::nn {
namespace {

class Flatten final : public PassThrough {
 public:
  struct Config {
    int64_t start_dim = 1;
    int64_t end_dim = -1;
    static void schema(Schema<Config>& s) {
      s.field("start_dim", &Config::start_dim, "the first axis; 0 is the batch");
      s.field("end_dim", &Config::end_dim, "the last axis; negative counts from the end");
    }
  };
  explicit Flatten(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    const int64_t first = axis_at(config_.start_dim, shape, "start_dim"),
                  last = axis_at(config_.end_dim, shape, "end_dim");
    if (first > last)
      throw Error("start_dim is " + std::to_string(config_.start_dim) + " and end_dim " +
                  std::to_string(config_.end_dim) + ", which lies before it in the input's shape " +
                  Value(shape).json());
    return {at::flatten(inputs[0], first, last)};
  }

 private:
  Config config_;
};

}  // namespace

void add_flatten(Registrar& r) { r.add<Flatten>("nn.flatten", "Several axes become one"); }

}  // namespace mase::nn
