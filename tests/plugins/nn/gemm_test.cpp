// nn.gemm against sums of products.
#include "matrix_product.h"

using namespace test;

namespace {

at::Tensor gemm(Map with, const Tensors& inputs) {
  std::vector<Shape> shapes;
  for (const at::Tensor& x : inputs) shapes.push_back(shape_of(x));
  return OneOp("nn.gemm", std::move(with), shapes).run(inputs)[0];
}

}  // namespace

TEST_CASE("nn.gemm is a scaled product plus a scaled third input, each side transposed or not") {
  const at::Tensor a = values({3, 4}, 3, at::kDouble), b = values({4, 2}, 4, at::kDouble);
  const at::Tensor product = gemm({}, {a, b});
  CHECK(product_error(product.unsqueeze(0), a.unsqueeze(0), b) < 1e-14);
  for (const Shape& shape : {Shape{3, 2}, Shape{2}, Shape{3, 1}, Shape{}}) {
    const at::Tensor c = values(shape, 5, at::kDouble);
    for (const bool trans : {false, true}) {
      const at::Tensor left = trans ? a.t().contiguous() : a, right = trans ? b.t().contiguous() : b;
      const at::Tensor y =
          gemm({{"alpha", 0.5}, {"beta", -2.0}, {"trans_a", trans}, {"trans_b", trans}}, {left, right, c});
      const at::Tensor whole = c.expand({3, 2}).contiguous();
      for (int64_t i = 0; i < 3; ++i)
        for (int64_t j = 0; j < 2; ++j)
          CHECK(element(y, {i, j}) == Approx(0.5 * element(product, {i, j}) - 2 * element(whole, {i, j})));
    }
  }
}

TEST_CASE("nn.gemm is exact on grids without factors") {
  const FixedPoint a{4, 1, true}, b{4, 2, true}, c{12, 3, true};
  const std::vector<Shape> shapes{{3, 5}, {5, 2}, {2}};
  const OneOp plain("nn.gemm", {}, {});
  CHECK(plain.grid({a, b}, {}, shapes) == least_grid(-5 * 56, 5 * 64, 3));
  CHECK(plain.grid({a, b, c}, {}, shapes) == least_grid(-5 * 56 - 2048, 5 * 64 + 2047, 3));
  CHECK(OneOp("nn.gemm", {{"trans_a", true}}, {}).grid({a, b}, {}, shapes) == least_grid(-3 * 56, 3 * 64, 3));
  CHECK_FALSE(OneOp("nn.gemm", {{"alpha", 0.5}}, {}).grid({a, b}, {}, shapes));
  CHECK_FALSE(plain.grid({a, b, std::nullopt}, {}, shapes));
  const OpCost cost = plain.op->cost({{1, 5}, {5, 2}, {2}}, {{1, 2}});
  CHECK(cost.macs == 10);
  CHECK(cost.operations == 2);
}

TEST_CASE("gradients of nn.gemm reach all inputs") {
  const Tensors inputs{values({3, 4}, 3, at::kDouble), values({2, 4}, 4, at::kDouble), values({2}, 5, at::kDouble)};
  for (size_t moved = 0; moved < 3; ++moved)
    CHECK(gradient_error(
              [&](const at::Tensor& x) {
                Tensors all = inputs;
                all[moved] = x;
                return gemm({{"alpha", 0.5}, {"beta", 3.0}, {"trans_b", true}}, all);
              },
              inputs[moved]) < 1e-7);
}

TEST_CASE("nn.gemm refuses shapes that do not fit") {
  const auto with = [](const Shape& a, const Shape& b, const Shape& c) {
    return error_of([&] { gemm({}, {values(a), values(b), values(c)}); });
  };
  CHECK_THAT(with({3, 4}, {5, 2}, {2}), Catch::Contains("found shapes [3,4] and [5,2] (after transposing)"));
  CHECK_THAT(with({3, 4}, {4, 2}, {3}),
             Catch::Contains("found a third input of shape [3], expected one that broadcasts to [3,2]"));
  CHECK_THAT(with({2, 3, 4}, {4, 2}, {2}), Catch::Contains("expected [rows, columns]"));
}
