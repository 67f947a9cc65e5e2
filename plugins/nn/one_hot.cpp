// nn.one_hot: for each index a row that is one there and zero elsewhere, as integers like PyTorch's.
#include <ATen/ops/one_hot.h>

#include "indices.h"

namespace mase::nn {
namespace {

class OneHot final : public Op {
 public:
  struct Config {
    int64_t num_classes = 0;
    static void schema(Schema<Config>& s) {
      s.field("num_classes", &Config::num_classes, "size of the new last axis; indices go from 0 to one less")
          .range(1, 1 << 30)
          .required();
    }
  };
  explicit OneHot(Config c) : config_(std::move(c)) {}

  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    return {at::one_hot(indices(inputs[0], config_.num_classes, FromEnd::refused), config_.num_classes)};
  }
  std::optional<FixedPoint> result_format(const OpFormats&) const override { return FixedPoint{1, 0, false}; }

 private:
  Config config_;
};

}  // namespace

void add_one_hot(Registrar& r) {
  r.add<OneHot>("nn.one_hot", "For each index a row that is one there and zero elsewhere");
}

}  // namespace mase::nn
