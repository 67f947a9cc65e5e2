// nn.view: the same elements in another shape.
#include <ATen/ops/reshape.h>

#include <algorithm>

#include "axes.h"

namespace mase::nn {
namespace {

class View final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> shape;
    static void schema(Schema<Config>& s) {
      s.field("shape", &Config::shape, "sizes of all axes, the batch included; one of them may be -1 and follows")
          .min(-1)
          .required();
    }
    void check(const Value& v) const {
      if (std::count(shape.begin(), shape.end(), -1) > 1) throw Error("shape has more than one -1", v.loc);
    }
  };
  explicit View(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    expect_same_elements(shape_of(inputs[0]), config_.shape);
    return {at::reshape(inputs[0], config_.shape)};
  }

 private:
  Config config_;
};

}  // namespace

void add_view(Registrar& r) { r.add<View>("nn.view", "The same elements in another shape"); }

}  // namespace mase::nn
