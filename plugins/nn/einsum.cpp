// nn.einsum: sums of products, written with a letter for each axis.
#include <ATen/ops/einsum.h>

#include <algorithm>

#include "equation.h"
#include "grid.h"

namespace mase::nn {
namespace {

class Einsum final : public Op {
 public:
  struct Config {
    std::string equation;
    static void schema(Schema<Config>& s) {
      s.field("equation", &Config::equation, "letters of the inputs' axes, then the result's: 'bij,bjk->bik'")
          .required();
    }
    void check(const Value& v) const { Equation(equation, v.loc); }
  };
  explicit Einsum(Config c) : config_(std::move(c)), equation_(config_.equation, {}) {}

  std::pair<int, int> arity() const override {
    const int count = static_cast<int>(equation_.inputs().size());
    return {count, count};
  }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    std::vector<Shape> shapes;
    for (const at::Tensor& x : inputs) shapes.push_back(shape_of(x));
    equation_.sizes(shapes);
    return {at::einsum(config_.equation, inputs)};
  }
  // Each result is a sum over the letters that it lacks.
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>& results) const override {
    const double products = sample_size(results.at(0)) * static_cast<double>(equation_.terms(inputs));
    return inputs.size() > 1 ? OpCost{products * static_cast<double>(inputs.size() - 1), 0} : OpCost{0, products};
  }
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    if (formats.inputs.empty() || formats.input_shapes.size() != formats.inputs.size()) return std::nullopt;
    std::optional<CodeRange> product;
    for (const auto& point : formats.inputs) {
      if (!point) return std::nullopt;
      product = product ? *product * CodeRange(*point) : CodeRange(*point);
    }
    return product->times(std::max<int64_t>(equation_.terms(formats.input_shapes), 1)).grid();
  }

 private:
  Config config_;
  Equation equation_;
};

}  // namespace

void add_einsum(Registrar& r) { r.add<Einsum>("nn.einsum", "Sums of products, written with a letter for each axis"); }

}  // namespace mase::nn
