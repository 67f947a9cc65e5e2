// nn.matmul: the matrix product of two inputs, over any number of batch axes.
#include <ATen/ops/matmul.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Matmul final : public Op {
 public:
  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape a = shape_of(inputs[0]), b = shape_of(inputs[1]);
    expect_rank(a, 1, 64, "[..., rows, terms]");
    expect_rank(b, 1, 64, "[..., terms, columns]");
    if (a.back() != b[b.size() < 2 ? 0 : b.size() - 2])
      throw Error("found shapes " + Value(a).json() + " and " + Value(b).json() +
                  ", expected the first's last axis to equal the second's last but one");
    return {at::matmul(inputs[0], inputs[1])};
  }
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>& results) const override {
    return {sample_size(results.at(0)) * static_cast<double>(inputs.at(0).back()), 0};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    const bool known = !formats.input_shapes.empty() && !formats.input_shapes[0].empty();
    return known ? product_grid(formats, formats.input_shapes[0].back()) : std::nullopt;
  }
};

}  // namespace

void add_matmul(Registrar& r) { r.add<Matmul>("nn.matmul", "Matrix product of two inputs, over any batch axes"); }

}  // namespace mase::nn
