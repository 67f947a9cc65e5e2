// nn.argmax and nn.argmin: where the greatest or the least element stands along an axis.
#include <ATen/ops/argmax.h>
#include <ATen/ops/argmin.h>

#include "reduction.h"

namespace mase::nn {
namespace {

struct PlaceConfig {
  std::optional<int64_t> dim;
  bool keepdim = false;
  static void schema(Schema<PlaceConfig>& s) {
    s.field("dim", &PlaceConfig::dim, "the axis, 0 being the batch; null: the place in the whole tensor as one row");
    s.field("keepdim", &PlaceConfig::keepdim, "whether the axis stays, with one element");
  }
};

template <at::Tensor (*kFunction)(const at::Tensor&, std::optional<int64_t>, bool)>
class PlaceOf : public ReductionBase {
 public:
  using Config = PlaceConfig;
  explicit PlaceOf(Config c) : config_(c) {}
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    if (config_.dim) axis_from(*config_.dim, shape_of(inputs[0]));
    return {kFunction(inputs[0], config_.dim, config_.keepdim)};
  }

 private:
  Config config_;
};

class Argmax final : public PlaceOf<at::argmax> {
 public:
  using PlaceOf::PlaceOf;
};
class Argmin final : public PlaceOf<at::argmin> {
 public:
  using PlaceOf::PlaceOf;
};

}  // namespace

void add_argmax(Registrar& r) {
  r.add<Argmax>("nn.argmax", "Place of the greatest element along an axis");
  r.add<Argmin>("nn.argmin", "Place of the least element along an axis");
}

}  // namespace mase::nn
