// nn.cat: inputs one behind another along an axis.
#include <ATen/ops/cat.h>

#include "axes.h"
#include "grid.h"

namespace mase::nn {
namespace {

class Cat final : public Op {
 public:
  struct Config {
    int64_t dim = 1;
    static void schema(Schema<Config>& s) {
      s.field("dim", &Config::dim, "the axis; 0 is the batch, negative counts from the end");
    }
  };
  explicit Cat(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {1, -1}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    Shape first = shape_of(inputs[0]);
    const auto axis = static_cast<size_t>(axis_at(config_.dim, first, "dim"));
    for (const at::Tensor& input : inputs) {
      Shape shape = shape_of(input);
      if (shape.size() == first.size()) shape[axis] = first[axis];
      if (shape != first)
        throw Error("found shapes " + Value(first).json() + " and " + Value(shape_of(input)).json() +
                    ", expected equal sizes of all axes but " + std::to_string(axis));
    }
    return {at::cat(inputs, config_.dim)};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override { return joined_grid(formats); }

 private:
  Config config_;
};

}  // namespace

void add_cat(Registrar& r) { r.add<Cat>("nn.cat", "Inputs one behind another along an axis"); }

}  // namespace mase::nn
