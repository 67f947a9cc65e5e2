// nn.bmm: the matrix products of two batches.
#include <ATen/ops/bmm.h>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Bmm final : public Op {
 public:
  std::pair<int, int> arity() const override { return {2, 2}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape a = shape_of(inputs[0]), b = shape_of(inputs[1]);
    expect_rank(a, 3, 3, "[batch, rows, terms]");
    expect_rank(b, 3, 3, "[batch, terms, columns]");
    if (a[0] != b[0] || a[2] != b[1])
      throw Error("found shapes " + Value(a).json() + " and " + Value(b).json() +
                  ", expected [batch, rows, terms] and [batch, terms, columns]");
    return {at::bmm(inputs[0], inputs[1])};
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

void add_bmm(Registrar& r) { r.add<Bmm>("nn.bmm", "Matrix products of two batches of matrices"); }

}  // namespace mase::nn
