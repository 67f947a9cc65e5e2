// nn.index: elements at the indices of several axes, PyTorch's x[..., i, ..., j].
#include <ATen/ops/arange.h>
#include <ATen/ops/index.h>

#include "axes.h"
#include "indices.h"

namespace mase::nn {
namespace {

class Index final : public PassThrough {
 public:
  struct Config {
    std::vector<int64_t> axes;
    int64_t batch_dims = 0;
    static void schema(Schema<Config>& s) {
      s.field("axes", &Config::axes, "the axis of each index that follows the input; negative counts from the end")
          .required();
      s.field("batch_dims", &Config::batch_dims,
              "first axes that the indices share with the input: each sample has indices of its own (1)")
          .min(0);
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
    count_batch(inputs, axes, places);
    for (size_t i = 0; i < axes.size(); ++i)
      places.set(static_cast<size_t>(axes[i]), indices(inputs[i + 1], size_at(shape, axes[i]), FromEnd::counted));
    return {at::index(inputs[0], places)};
  }

 private:
  // A shared axis is indexed by its own numbers.
  void count_batch(const Tensors& inputs, const Shape& axes, c10::List<std::optional<at::Tensor>>& places) const {
    const Shape shape = shape_of(inputs[0]);
    const int64_t shared = config_.batch_dims;
    for (size_t i = 0; shared > 0 && i < axes.size(); ++i) {
      const Shape index = shape_of(inputs[i + 1]);
      const auto rank = static_cast<int64_t>(std::min(index.size(), shape.size()));
      if (axes[i] < shared)
        throw Error("axes names the axis " + std::to_string(axes[i]) + ", expected one behind the first " +
                    std::to_string(shared) + ", which batch_dims has as the batch");
      if (rank < shared || index.size() != shape_of(inputs[1]).size() ||
          !std::equal(shape.begin(), shape.begin() + shared, index.begin()))
        throw Error("found an index of shape " + Value(index).json() + " for an input of shape " + Value(shape).json() +
                    ", expected the same first " + std::to_string(shared) + " sizes, as batch_dims says");
    }
    for (int64_t b = 0; b < shared; ++b) {
      Shape row(shape_of(inputs[1]).size(), 1);
      row[static_cast<size_t>(b)] = size_at(shape, b);
      places.set(static_cast<size_t>(b), at::arange(size_at(shape, b), at::kLong).view(row));
    }
  }
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
