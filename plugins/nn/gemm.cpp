// nn.gemm: alpha times the product of two matrices plus beta times a third input (ONNX's Gemm).
#include <ATen/ops/add.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/t.h>

#include <algorithm>

#include "grid.h"
#include "nn.h"

namespace mase::nn {
namespace {

class Gemm final : public Op {
 public:
  struct Config {
    double alpha = 1;
    double beta = 1;
    bool trans_a = false;
    bool trans_b = false;
    static void schema(Schema<Config>& s) {
      s.field("alpha", &Config::alpha, "factor of the product");
      s.field("beta", &Config::beta, "factor of the third input");
      s.field("trans_a", &Config::trans_a, "whether the first input is transposed");
      s.field("trans_b", &Config::trans_b, "whether the second input is transposed");
    }
  };
  explicit Gemm(Config c) : config_(std::move(c)) {}

  std::pair<int, int> arity() const override { return {2, 3}; }
  Tensors forward(const Tensors& inputs, Tensors&, OpContext&) const override {
    const Shape a = side(inputs[0], config_.trans_a), b = side(inputs[1], config_.trans_b);
    if (a[1] != b[0])
      throw Error("found shapes " + Value(a).json() + " and " + Value(b).json() +
                  " (after transposing), expected [rows, terms] and [terms, columns]");
    const auto turned = [](const at::Tensor& x, bool turn) { return turn ? at::t(x) : x; };
    at::Tensor y = at::mm(turned(inputs[0], config_.trans_a), turned(inputs[1], config_.trans_b));
    if (config_.alpha != 1) y = at::mul(y, config_.alpha);
    if (inputs.size() < 3) return {y};
    expect_added(shape_of(inputs[2]), {a[0], b[1]});
    return {at::add(y, inputs[2], config_.beta)};
  }
  OpCost cost(const std::vector<Shape>& inputs, const std::vector<Shape>& results) const override {
    const double outputs = sample_size(results.at(0)), terms = static_cast<double>(terms_of(inputs.at(0)));
    const int others =
        (inputs.size() > 2 ? 1 : 0) + (config_.alpha != 1 ? 1 : 0) + (inputs.size() > 2 && config_.beta != 1 ? 1 : 0);
    return {outputs * terms, others * outputs};
  }
  // Exact without factors.
  std::optional<FixedPoint> result_format(const OpFormats& formats) const override {
    const bool is_added = formats.inputs.size() > 2;
    if (formats.input_shapes.empty() || formats.input_shapes[0].size() != 2) return std::nullopt;
    if (config_.alpha != 1 || (is_added && (config_.beta != 1 || !formats.inputs[2]))) return std::nullopt;
    if (!formats.inputs.at(0) || !formats.inputs.at(1)) return std::nullopt;
    const CodeRange product = CodeRange(*formats.inputs[0]) * CodeRange(*formats.inputs[1]);
    const CodeRange sum = product.times(std::max<int64_t>(terms_of(formats.input_shapes[0]), 1));
    return (is_added ? sum + CodeRange(*formats.inputs[2]) : sum).grid();
  }

 private:
  int64_t terms_of(const Shape& a) const { return a.at(config_.trans_a ? 0 : 1); }
  static Shape side(const at::Tensor& x, bool transposed) {
    expect_rank(shape_of(x), 2, 2, "[rows, columns]");
    return transposed ? Shape{x.size(1), x.size(0)} : shape_of(x);
  }
  static void expect_added(const Shape& c, const Shape& y) {
    bool fits = c.size() <= 2;
    for (size_t i = 0; fits && i < c.size(); ++i) fits = c[i] == 1 || c[i] == y[2 - c.size() + i];
    if (!fits)
      throw Error("found a third input of shape " + Value(c).json() + ", expected one that broadcasts to " +
                  Value(y).json());
  }
  Config config_;
};

}  // namespace

void add_gemm(Registrar& r) { r.add<Gemm>("nn.gemm", "Product of two matrices, scaled, plus a third input"); }

}  // namespace mase::nn
