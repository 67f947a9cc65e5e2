// nn.topk: the k greatest or least elements along an axis, and where they stand.
#include <ATen/ops/topk.h>

#include "reduction.h"

namespace mase::nn {
namespace {

class Topk final : public ReductionBase {
 public:
  struct Config {
    int64_t k = 1;
    int64_t dim = -1;
    bool largest = true;
    bool sorted = true;
    static void schema(Schema<Config>& s) {
      s.field("k", &Config::k, "how many elements stay").min(0).required();
      s.field("dim", &Config::dim, "the axis, 0 being the batch; negative counts from the end");
      s.field("largest", &Config::largest, "whether the greatest stay, not the least");
      s.field("sorted", &Config::sorted, "whether they come in order");
    }
  };
  explicit Topk(Config c) : config_(c) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]);
    const int64_t axis = axis_from(config_.dim, shape), size = shape.empty() ? 1 : shape[static_cast<size_t>(axis)];
    if (config_.k > size)
      throw Error("k is " + std::to_string(config_.k) + ", but axis " + std::to_string(config_.dim) + " has " +
                  std::to_string(size) + " elements");
    auto [chosen, places] = at::topk(inputs[0], config_.k, axis, config_.largest, config_.sorted);
    return {chosen, places};
  }
  // Of the first result; places are integers.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    return formats.inputs.empty() ? std::nullopt : formats.inputs[0];
  }

 private:
  Config config_;
};

}  // namespace

void add_topk(Registrar& r) {
  r.add<Topk>("nn.topk", "The k greatest or least elements along an axis, and their places");
}

}  // namespace mase::nn
