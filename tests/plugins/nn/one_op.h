// One operator with its parameters, run outside any graph.
#pragma once
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "loader/registry.h"
#include "mase/op.h"
#include "support/scratch.h"

namespace test {

using namespace mase;

inline Components& plugins() {
  static Registry* registry = [] {
    auto* r = new Registry;
    r->load_folders({built("lib/mase/plugins")});
    return r;
  }();
  return *registry;
}

struct OneOp {
  OneOp(const std::string& name, Map with, const std::vector<Shape>& inputs, uint64_t seed = 1) {
    std::shared_ptr<Op> given = plugins().create<Op>(Chosen(name, with));
    resolved = given->resolve(inputs);
    op = plugins().create<Op>(Chosen(name, resolved.empty() ? with : resolved));
    Random stream(seed);
    params = op->initialize(inputs, stream);
  }
  Tensors run(const Tensors& inputs, bool training = false) {
    OpContext context;
    context.training = training, context.random = training ? &random : nullptr;
    return op->forward(inputs, params, context);
  }
  at::Tensor operator()(const at::Tensor& x, bool training = false) { return run({x}, training).at(0); }
  void to_double() {
    for (at::Tensor& p : params)
      if (p.is_floating_point()) p = p.to(at::kDouble);
  }
  std::optional<FixedPoint> grid(std::vector<std::optional<FixedPoint>> inputs,
                                 std::vector<std::optional<FixedPoint>> grids = {},
                                 std::vector<Shape> shapes = {}) const {
    OpFormats formats;
    formats.inputs = std::move(inputs), formats.params = std::move(grids), formats.input_shapes = std::move(shapes);
    return op->result_format(formats);
  }

  std::shared_ptr<Op> op;
  Map resolved;
  Tensors params;
  Random random{7};
};

// Values in (-1, 1), the same at every call.
inline at::Tensor values(const Shape& shape, uint64_t seed = 3, at::ScalarType type = at::kFloat) {
  Random random(seed);
  at::Tensor t = at::rand(shape, at::TensorOptions().dtype(at::kDouble));
  double* data = t.mutable_data_ptr<double>();
  for (int64_t i = 0; i < t.numel(); ++i) data[i] = 2 * random.uniform() - 1;
  return t.to(type);
}

// Element access without operators of LibTorch: `element(t, {i, j})`.
inline double element(const at::Tensor& t, std::initializer_list<int64_t> index) {
  at::Tensor d = t.to(at::kDouble).contiguous();
  int64_t place = 0, axis = 0;
  for (const int64_t i : index) place = place * d.size(axis++) + i;
  return d.const_data_ptr<double>()[place];
}

inline double greatest_difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

// The gradient that autograd gives for sum(f(x) * weights) against central differences.
template <class F>
double gradient_error(const F& f, const at::Tensor& x) {
  const at::Tensor leaf = x.clone().requires_grad_();
  const at::Tensor y = f(leaf);
  const at::Tensor weights = values(Shape(y.sizes().begin(), y.sizes().end()), 11, at::kDouble);
  (y * weights).sum().backward();
  constexpr double kStep = 1e-6;
  double worst = 0;
  const at::Tensor gradient = leaf.grad().contiguous();
  for (int64_t i = 0; i < x.numel(); ++i) {
    double sides[2];
    for (int side = 0; side < 2; ++side) {
      at::Tensor moved = x.clone();
      moved.mutable_data_ptr<double>()[i] += side ? kStep : -kStep;
      sides[side] = (f(moved).detach() * weights).sum().template item<double>();
    }
    worst = std::max(worst, std::abs((sides[1] - sides[0]) / (2 * kStep) - gradient.const_data_ptr<double>()[i]));
  }
  return worst;
}

inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

// The least grid with this point that holds both codes.
inline FixedPoint least_grid(int64_t low, int64_t high, int frac_width) {
  FixedPoint p{1, frac_width, low < 0};
  while (std::ldexp(p.low(), frac_width) > static_cast<double>(low) ||
         std::ldexp(p.high(), frac_width) < static_cast<double>(high))
    ++p.width;
  return p;
}

}  // namespace test
