// nn.slice: a range of one axis; places beyond its size mean its ends.
#include <ATen/ops/slice.h>

#include <algorithm>

#include "axes.h"

namespace mase::nn {
namespace {

class Slice final : public PassThrough {
 public:
  struct Config {
    int64_t dim = 0;
    int64_t start = 0;
    std::optional<int64_t> end;
    int64_t step = 1;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis; 0 is the batch, negative counts from the end").required();
      s.field("start", &Config::start, "the first place; negative counts from the end");
      s.field("end", &Config::end, "the place behind the last one, negative counts from the end; null: the end");
      s.field("step", &Config::step, "distance between places").min(1);
    }
  };
  explicit Slice(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    const int64_t axis = axis_at(config_.dim, shape, "dim");
    // A step beyond the size means the first place alone; LibTorch's sum of place and step would wrap.
    const int64_t step = std::min(config_.step, std::max<int64_t>(size_at(shape, axis), 1));
    return {at::slice(inputs[0], axis, config_.start, config_.end, step)};
  }

 private:
  Config config_;
};

}  // namespace

void add_slice(Registrar& r) { r.add<Slice>("nn.slice", "A range of one axis"); }

}  // namespace mase::nn
