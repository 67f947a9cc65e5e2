// Activations, sums and products: values from the C++ library, grids by trying every code.
#include "one_op.h"

using namespace test;

namespace {

const at::Tensor kX = at::tensor({-3.0, -0.7, -0.0, 0.0, 0.25, 1.9, 20.0, -40.0}, at::kDouble).view({2, 4});

template <class F>
void check_function(const char* name, Map with, const F& f) {
  INFO(name);
  const at::Tensor y = OneOp(name, std::move(with), {{1, 4}})(kX);
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t i = 0; i < 4; ++i) CHECK(element(y, {n, i}) == Approx(f(element(kX, {n, i}))).margin(1e-12));
}

}  // namespace

TEST_CASE("activations are the functions they are named after") {
  check_function("nn.relu", {}, [](double x) { return std::max(x, 0.0); });
  check_function("nn.leaky_relu", {}, [](double x) { return x > 0 ? x : 0.01 * x; });
  check_function("nn.leaky_relu", {{"negative_slope", 0.25}}, [](double x) { return x > 0 ? x : 0.25 * x; });
  check_function("nn.sigmoid", {}, [](double x) { return 1 / (1 + std::exp(-x)); });
  check_function("nn.tanh", {}, [](double x) { return std::tanh(x); });
  check_function("nn.identity", {}, [](double x) { return x; });
}

TEST_CASE("softmax and its logarithm sum along their axis") {
  for (const int64_t dim : {-1, 0}) {
    const at::Tensor y = OneOp("nn.softmax", {{"dim", dim}}, {{1, 4}})(kX),
                     log_y = OneOp("nn.log_softmax", {{"dim", dim}}, {{1, 4}})(kX);
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 4; ++i) {
        double sum = 0;
        for (int64_t k = 0; k < (dim ? 4 : 2); ++k) sum += std::exp(dim ? element(kX, {n, k}) : element(kX, {k, i}));
        CHECK(element(y, {n, i}) == Approx(std::exp(element(kX, {n, i})) / sum));
        CHECK(element(log_y, {n, i}) == Approx(element(kX, {n, i}) - std::log(sum)));
      }
  }
}

TEST_CASE("add and mul work element by element and broadcast") {
  const at::Tensor a = values({2, 3}), b = values({2, 3}, 4), row = values({1, 3}, 5);
  for (const bool is_add : {true, false}) {
    OneOp op(is_add ? "nn.add" : "nn.mul", {}, {{1, 3}, {1, 3}});
    const at::Tensor y = op.run({a, b})[0], z = op.run({a, row})[0];
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 3; ++i) {
        const double u = element(a, {n, i}), v = element(b, {n, i}), w = element(row, {0, i});
        CHECK(element(y, {n, i}) == Approx(is_add ? u + v : u * v));
        CHECK(element(z, {n, i}) == Approx(is_add ? u + w : u * w));
      }
    CHECK(op.op->arity() == std::pair(2, 2));
  }
}

TEST_CASE("the grids of add, mul and leaky_relu hold every result and no bit more") {
  const OneOp add("nn.add", {}, {{1, 1}, {1, 1}}), mul("nn.mul", {}, {{1, 1}, {1, 1}});
  const FixedPoint grids[] = {{3, 1, true}, {2, 3, false}, {4, -1, true}, {1, 0, false}, {1, 2, true}};
  for (const FixedPoint& p : grids)
    for (const FixedPoint& q : grids) {
      const int fine = std::max(p.frac_width, q.frac_width), product = p.frac_width + q.frac_width;
      double sums[2] = {0, 0}, products[2] = {0, 0};
      for (const double a : {p.low(), p.high()})
        for (const double b : {q.low(), q.high()}) {
          sums[0] = std::min(sums[0], a + b), sums[1] = std::max(sums[1], a + b);
          products[0] = std::min(products[0], a * b), products[1] = std::max(products[1], a * b);
        }
      const auto least = [](const double* range, int frac) {
        return least_grid(static_cast<int64_t>(std::ldexp(range[0], frac)),
                          static_cast<int64_t>(std::ldexp(range[1], frac)), frac);
      };
      CHECK(add.grid({p, q}) == least(sums, fine));
      CHECK(mul.grid({p, q}) == least(products, product));
      CHECK_FALSE(add.grid({p, std::nullopt}));
    }
}

TEST_CASE("leaky_relu is exact for slopes of few binary digits") {
  const auto grid = [](double slope, const FixedPoint& p) {
    return OneOp("nn.leaky_relu", {{"negative_slope", slope}}, {{1, 1}}).grid({p});
  };
  const FixedPoint q44{8, 4, true};
  CHECK(grid(0.125, q44) ==
        FixedPoint{11, 7, true});  // -128 * 2^-3 = -128 steps of 2^-7; 127 * 8 needs 11 bits with sign
  CHECK(grid(0.75, q44) == FixedPoint{10, 6, true});
  CHECK(grid(0.0, q44) == q44);
  CHECK(grid(2.0, q44) == FixedPoint{9, 4, true});
  CHECK(grid(-1.0, q44) == FixedPoint{8, 4, false});  // every result is positive, up to 128
  CHECK(grid(0.125, {8, 4, false}) == FixedPoint{8, 4, false});
  CHECK_FALSE(grid(0.01, q44));
  CHECK_FALSE(grid(0.1, q44));
}

TEST_CASE("functions that leave the grid have none, those that stay keep it") {
  const FixedPoint q44{8, 4, true};
  for (const char* name : {"nn.sigmoid", "nn.tanh", "nn.softmax", "nn.log_softmax"})
    CHECK_FALSE(OneOp(name, {}, {{1, 1}}).grid({q44}));
  for (const char* name : {"nn.relu", "nn.identity", "nn.flatten", "nn.dropout"})
    CHECK(OneOp(name, {}, {{1, 1}}).grid({q44}) == q44);
}
