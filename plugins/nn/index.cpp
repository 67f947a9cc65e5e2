// nn.index: elements at the indices of several axes, PyTorch's x[..., i, ..., j].
#include <ATen/ops/index.h>

#include "axes.h"
#include "indices.h"

namespace mase::nn {
namespace {

class Index final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> axes;
    static void schema(Schema<Config>& s) {
      s.field("axes", &Config::axes, "the axis of each index that follows the input; negative counts from the end")
          .required();
    }
  };
  explicit Index(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {2, -1}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]), axes = axes_at(config_.axes, shape, "axes");
    if (axes.size() + 1 != inputs.size())
      throw Error("axes is " + Value(config_.axes).json() + ", but " + std::to_string(inputs.size() - 1) +
                  " indices follow the input, expected one for each axis");
    expect_broadcast(inputs);
    c10::List<std::optional<at::Tensor>> places;
    places.resize(shape.size());
    for (size_t i = 0; i < axes.size(); ++i)
      places.set(static_cast<size_t>(axes[i]), indices(inputs[i + 1], size_at(shape, axes[i]), FromEnd::counted));
    return {at::index(inputs[0], places)};
  }

 private:
  // The indices must agree on one shape, counted from the last axis.
  static void expect_broadcast(const Tensors& inputs) {
    Shape common;
    for (size_t i = 1; i < inputs.size(); ++i) {
      const Shape shape = shape_of(inputs[i]);
      if (shape.size() > common.size()) common.insert(common.begin(), shape.size() - common.size(), 1);
      for (size_t k = 0; k < shape.size(); ++k) {
        int64_t& size = common[common.size() - shape.size() + k];
        if (size != shape[k] && size != 1 && shape[k] != 1)
          throw Error("found an index of shape " + Value(shape).json() + ", which does not broadcast with " +
                      Value(common).json());
        if (shape[k] != 1) size = shape[k];
      }
    }
  }
  Config config_;
};

}  // namespace

void add_index(Registrar& r) { r.add<Index>("nn.index", "Elements at the indices of several axes"); }

}  // namespace mase::nn
