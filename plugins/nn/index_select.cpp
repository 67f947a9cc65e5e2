// nn.index_select: places of an axis in the order of an index, whose shape replaces the axis (ONNX's Gather).
#include <ATen/ops/index_select.h>

#include "axes.h"
#include "indices.h"

namespace mase::nn {
namespace {

class IndexSelect final : public PassThrough {
 public:
  struct Config {
    int64_t dim = 0;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis; 0 is the batch, negative counts from the end").required();
    }
  };
  explicit IndexSelect(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    Shape shape = shape_of(inputs[0]);
    const Shape index = shape_of(inputs[1]);
    const int64_t axis = axis_at(config_.dim, shape, "dim");
    const at::Tensor places = indices(inputs[1], size_at(shape, axis), FromEnd::counted).reshape({-1});
    const at::Tensor picked = at::index_select(inputs[0], axis, places);
    shape.erase(shape.begin() + axis);
    shape.insert(shape.begin() + axis, index.begin(), index.end());
    return {picked.reshape(shape)};
  }

 private:
  Config config_;
};

}  // namespace

void add_index_select(Registrar& r) {
  r.add<IndexSelect>("nn.index_select", "Places of an axis in the order of an index of any shape");
}

}  // namespace mase::nn
