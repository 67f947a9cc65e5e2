// nn.gather: the element at each index along an axis, as torch.gather.
#include <ATen/ops/gather.h>

#include "axes.h"
#include "indices.h"

namespace mase::nn {
namespace {

class Gather final : public PassThrough {
 public:
  struct Config {
    int64_t dim = 0;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim,
              "the axis that the indices count along; 0 is the batch, negative counts from the end")
          .required();
    }
  };
  explicit Gather(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape shape = shape_of(inputs[0]), index = shape_of(inputs[1]);
    const int64_t axis = axis_at(config_.dim, shape, "dim");
    bool fits = index.size() == shape.size();
    for (size_t i = 0; fits && i < shape.size(); ++i) fits = i == static_cast<size_t>(axis) || index[i] <= shape[i];
    if (!fits)
      throw Error("found an index of shape " + Value(index).json() + " for an input of shape " + Value(shape).json() +
                  ", expected as many axes and, but along axis " + std::to_string(axis) + ", no greater sizes");
    return {at::gather(inputs[0], axis, indices(inputs[1], size_at(shape, axis), FromEnd::refused))};
  }

 private:
  Config config_;
};

}  // namespace

void add_gather(Registrar& r) { r.add<Gather>("nn.gather", "The element at each index along an axis"); }

}  // namespace mase::nn
